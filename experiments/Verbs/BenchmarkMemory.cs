using Compression.Benchmarks;
using Compression.Experiments.Recipes;
using Compression.Tracking.Provenance;
using Compression.Training.Lm1b;

namespace Compression.Experiments.Verbs;

/// <summary>Refuses measurements whose model or text does not fit. A peer that runs beside ours has weights and gradients of its own.</summary>
internal static class BenchmarkMemory
{
    private const double LstmWords = 10_000, TransformerWords = 33_278;
    private const string Common = "--batch_size, --bptt or --steps";

    /// <summary>Of <c>bench train</c>.</summary>
    public static void Require(TrainingBenchmarkOptions options) => Require(
        Lstm(options.NumHid, options.NumLayers), 4, (double)options.BatchSize * options.Bptt, options.Steps, LstmWords + (6.0 * options.NumHid * options.NumLayers), 1,
        $"--num_hid, --num_layers, {Common}");

    /// <summary>Of <c>bench steps</c>.</summary>
    public static void Require(StepBenchmarkOptions options)
    {
        // Every rank draws the text of all, and has weights of its own beside the shared ones.
        bool isLstm = options.Model == "ptb-lstm";
        int copies = options.LocalSteps > 1 ? 4 : 2;
        Require(
            isLstm ? Lstm(options.NumHid, options.NumLayers) : Transformer(options.NumHid, options.NumHid, options.NumHid, options.NumLayers, TransformerWords), copies,
            (double)options.BatchSize * options.Bptt, (double)options.NumWorkers * options.TotalSteps, 6.0 * options.NumHid * options.NumLayers, options.Hostfile.Length == 0 ? options.NumWorkers : 1,
            $"--num_workers, --num_hid, --num_layers, --local_steps, {Common}");
    }

    /// <summary>Of <c>bench transformer-xl</c>.</summary>
    public static void Require(TransformerXlBenchmarkOptions options) => Require(
        Transformer(options.DModel, (double)options.NHead * options.DHead, options.DInner, options.NLayer, options.Vocabulary), 4, (double)options.BatchSize * options.TgtLen,
        options.Steps, options.NLayer * ((6.0 * options.DModel) + (2.0 * options.DInner) + ((double)options.NHead * options.TgtLen)), 1,
        "--n_layer, --d_model, --n_head, --d_head, --d_inner, --vocabulary, --batch_size, --tgt_len or --steps");

    /// <summary>Of <c>bench lm1b</c>.</summary>
    public static void Require(Lm1bBenchmarkOptions options)
    {
        var ours = Lm1bMemory.Need(
            new Lm1bHyperparameters
            {
                VocabSize = Math.Max(2, options.VocabSize), BatchSize = options.BatchSize, NumSteps = options.NumSteps, EmbSize = options.EmbSize, StateSize = options.StateSize,
                ProjectedSize = options.ProjectedSize, NumSampled = options.NumSampled,
            },
            1, 0);
        double words = (double)options.BatchSize * options.NumSteps;
        Require(ours.Parameters, 2 * ours.Copies, words, options.Steps, 2 * ours.Others / words, 1, "--vocab_size, --emb_size, --state_size, --projected_size, --num_sampled, --batch_size, --num_steps or --steps");
    }

    /// <summary>Of <c>bench compressors</c>: the gradient, its copy at the peer, and the residual.</summary>
    public static void Require(CompressorBenchmarkOptions options) => new MemoryNeed(options.Elements, 3, 0, "--elements").Require(1, MemoryLimit.Bytes());

    /// <summary>Of <c>bench exchanges</c>.</summary>
    public static void Require(ExchangeBenchmarkOptions options) => new MemoryNeed(((double)options.Rows * options.Columns) + options.Columns, 2, 0, "--rows, --columns, --num_workers or --virtual_workers")
        .Require(options.VirtualWorkers > 0 ? options.VirtualWorkers : options.Hostfile.Length == 0 ? options.NumWorkers : 1, MemoryLimit.Bytes());

    private static void Require(double parameters, double copies, double words, double steps, double ofWord, int processes, string lower)
    {
        double text = words * (steps + 1), atHand = MemoryLimit.Bytes();
        new MemoryNeed(text, 1, 0, lower).Require(1, atHand);
        new MemoryNeed(parameters, copies, text + (words * ofWord), lower).Require(processes, atHand);
    }

    private static double Lstm(double hidden, double layers) => (8 * hidden * hidden * layers) + (2 * LstmWords * hidden);

    private static double Transformer(double width, double attention, double inner, double layers, double words) =>
        (layers * ((4 * width * attention) + (2 * width * inner))) + (words * width);
}
