using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Optimizers;
using Compression.Training.Parameters;

namespace Compression.Training.Sessions;

/// <summary>A model with its optimizer, and for each worker of this process a share of the text, as the training loop sees them.</summary>
public interface ITrainableModel : IDisposable
{
    /// <summary>Parameters and gradients.</summary>
    FlatModel Storage { get; }

    /// <summary>The model to which the parameters here belong.</summary>
    IWholeModel Whole => Storage;

    /// <summary>The gradients as the exchange sees them; on a GPU after <see cref="FlatModel.DownloadGradients"/> alone.</summary>
    GradientBucket Gradients => Storage.Bucket;

    /// <summary>Steps an epoch; the same for all workers.</summary>
    int StepsPerEpoch { get; }

    /// <summary>Targets of one worker's batch.</summary>
    /// <param name="position">The batch, counted from the start of the epoch.</param>
    int TargetsOf(int position);

    /// <summary>Targets of all workers' batches.</summary>
    /// <param name="position">The batch, counted from the start of the epoch.</param>
    /// <param name="workers">Their number.</param>
    long TargetsOfAll(int position, int workers) => (long)TargetsOf(position) * workers;

    /// <summary>Called at the start of the run and of each epoch.</summary>
    void BeginEpoch(int epoch)
    {
    }

    /// <summary>
    /// Has each gradient reported as soon as it is complete. From then on <see cref="ForwardBackward"/> neither clips nor returns a norm.
    /// </summary>
    /// <param name="ready">Given the slot's index.</param>
    void ReportReady(Action<int> ready);

    /// <summary>Forward and backward pass of one worker's batch; overwrites the flat gradients with the gradient of the mean loss, clipped.</summary>
    /// <param name="worker">Index of the worker within this process.</param>
    /// <param name="position">The batch, counted from the start of the epoch.</param>
    /// <param name="randomKey">Keys the dropout of this step.</param>
    /// <returns>The mean loss in nats per token, and the gradient's 2-norm before clipping.</returns>
    (double Loss, double GradientNorm) ForwardBackward(int worker, int position, ulong randomKey);

    /// <summary>Exchanges what one worker's step leaves beside the bucket, after the bucket's own exchange: gradients of single rows. A collective.</summary>
    /// <param name="worker">Index of the worker within this process.</param>
    /// <param name="step">Step, rate and meter.</param>
    /// <param name="workers">All workers.</param>
    void ExchangeBeside(int worker, StepContext step, ICommunicator workers)
    {
    }

    /// <summary>The residuals of that exchange, in pieces, for the log.</summary>
    /// <param name="worker">Index of the worker within this process.</param>
    IEnumerable<ReadOnlyMemory<float>> ResidualsBeside(int worker) => [];

    /// <summary>Called once; gives the meter that counts the time and bytes of this model's own exchange.</summary>
    void UseMeter(StepMeter meter)
    {
    }

    /// <summary>The optimizer, of worker 0 where each has one; null where there is none that others could work with.</summary>
    IFlatOptimizer? Optimizer => null;

    /// <summary>Gives each worker of this process an optimizer of its own, before the first step or <see cref="Load"/>; else one serves all.</summary>
    void SeparateOptimizers();

    /// <summary>The optimizer's step from the flat gradients.</summary>
    /// <param name="learningRate">η.</param>
    /// <param name="worker">Index of the worker within this process whose step it is; 0 where one optimizer serves all.</param>
    /// <param name="step">Moves the parameters in the optimizer's place, at the rate that it is given.</param>
    void Apply(double learningRate, int worker = 0, Action<double>? step = null);

    /// <summary>Reads the parameters that this process holds.</summary>
    /// <param name="file">Holds a float32 tensor of every parameter's name and shape.</param>
    /// <param name="shownAs">The file, for messages.</param>
    /// <param name="code">How the program ends where the file does not fit.</param>
    /// <exception cref="UserErrorException">A tensor is missing or has another shape; it is named.</exception>
    void ReadParameters(SafetensorsFile file, string shownAs, ExitCode code) => Storage.Read(file, shownAs, code);

    /// <summary>Gives a worker a fresh hidden state, after one that was not finite.</summary>
    /// <param name="worker">Index of the worker within this process.</param>
    void ResetState(int worker);

    /// <summary>Called where the gradient of some worker is not finite; all leave the step out if this model has a remedy.</summary>
    /// <returns>The remedy, for the log; null where there is none. The same for all workers.</returns>
    string? TryAvoidOverflow() => null;

    /// <summary>Writes hidden states and what the optimizer keeps.</summary>
    void Save(IStateWriter writer);

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    void Load(IStateReader reader);
}
