using System.Globalization;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Experiments.Runs;
using Compression.Mpi.Interop;
using Compression.Tracking.Provenance;
using Compression.Training.Recurrent;
using Compression.Training.Sessions;

namespace Compression.Experiments.Recipes;

/// <summary>What a process of a run holds at the least, known from its sizes before anything is allocated. In doubles, which no size overflows.</summary>
/// <param name="Parameters">Parameters in the flat buffers.</param>
/// <param name="Copies">Buffers of that length: weights, gradients, the optimizer's state, residuals.</param>
/// <param name="Others">Floats beside them: what a step keeps for its backward pass, tables.</param>
/// <param name="Lower">The options that lower it.</param>
internal sealed record MemoryNeed(double Parameters, double Copies, double Others, string Lower)
{
    /// <summary>Buffers as long as the parameters that every training has.</summary>
    public const double WeightsAndGradients = 2;

    private const double Gigabyte = 1e9;

    /// <summary>In bytes.</summary>
    public double Bytes => sizeof(float) * ((Parameters * Copies) + Others);

    /// <summary>Of a recurrent language model with plain SGD.</summary>
    /// <param name="model">Its sizes.</param>
    /// <param name="words">Words of a step: columns times time steps.</param>
    /// <param name="copies">Buffers as long as the parameters, the weights among them.</param>
    /// <param name="lower">The options that lower it.</param>
    public static MemoryNeed Of(RecurrentModelOptions model, double words, double copies, string lower) => new(
        model.ParameterCount(), copies, words * (model.EmbeddingSize + (model.Layer.KeptPerUnit * model.HiddenSize * model.Layers) + model.Vocabulary), lower);

    /// <summary>Copies of the gradient that the memories of a process's workers keep.</summary>
    public static int Residuals(CompressionPlan pipeline, TrainerOptions options) => pipeline.Memory == "none" ? 0 : Math.Max(1, options.VirtualWorkers);

    /// <summary>
    /// Copies of the weights that workers with weights of their own need: the shared ones, each worker's, and the outer momentum; where they share Adam's
    /// moments the denominator of its step, each worker's error and its part of the mean's, and, for steps alone, two moments beside the weights.
    /// </summary>
    public static double LocalWeights(CompressionPlan pipeline, TrainerOptions options)
    {
        int here = Math.Max(1, options.VirtualWorkers);
        return options.HasLocalWeights ? 1 + here + (options.OuterMomentum > 0 ? 1 : 0)
            : pipeline.SharesMoments ? 1 + here + ((double)here / options.GradientWorkers) + (pipeline.StepsAlone ? 1 + (3 * here) : 0)
            : 0;
    }

    /// <summary>Optimizers of a process's workers.</summary>
    public static int Optimizers(TrainerOptions options) => options.HasLocalWeights ? Math.Max(1, options.VirtualWorkers) : 1;

    /// <summary>Refuses a run on the CPU that does not fit.</summary>
    /// <inheritdoc cref="Require(int, double)"/>
    public void Require(TrainerOptions options)
    {
        if (!options.UseGpu)
        {
            Require(RankLaunch.RanksHere(options, MpiEnvironment.Current), MemoryLimit.Bytes());
        }
    }

    /// <summary>Refuses what does not fit.</summary>
    /// <param name="processes">That this host holds.</param>
    /// <param name="atHand">Bytes that they may use together.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: more than is at hand. <see cref="ExitCode.Usage"/>: more than a buffer holds anywhere.</exception>
    public void Require(int processes, double atHand)
    {
        var culture = CultureInfo.InvariantCulture;
        if (processes * Bytes > atHand)
        {
            string each = processes > 1 ? string.Create(culture, $" in {processes} processes") : "";
            throw new UserErrorException(ExitCode.Environment, string.Create(
                culture,
                $"Out of memory before the start: about {processes * Bytes / Gigabyte:N1} GB are needed{each} ({Parameters:N0} numbers {Copies:0.#} times; {Others * sizeof(float) / Gigabyte:N1} GB beside them), and {atHand / Gigabyte:N1} GB are at hand; lower {Lower}."));
        }

        if (Parameters > Array.MaxLength)
        {
            throw new UserErrorException(ExitCode.Usage, string.Create(
                culture, $"A buffer of {Parameters:N0} numbers: one holds {Array.MaxLength:N0} at most; lower {Lower}."));
        }
    }
}
