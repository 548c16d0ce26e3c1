using System.Runtime.InteropServices;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Ptb;

namespace Compression.Training.Tests.Ptb;

/// <summary>One worker of several by itself: its learner, with the data and the random numbers that it has in a run, but no peers.</summary>
internal sealed class WorkerAlone(PtbOptions options, int worker, int workers) : IDisposable
{
    private readonly PtbLearner _learner = new(options, PtbRuns.Text, worker, workersHere: 1, workers, microBatches: 0, ThreadTeam.Single);

    public Core.Gradients.BucketLayout Layout => _learner.Storage.Bucket.Layout;

    public float[] Weights
    {
        get
        {
            using var copy = _learner.Storage.FlatParameters.clone();
            return MemoryMarshal.Cast<byte, float>(copy.bytes).ToArray();
        }

        set => _learner.Storage.ChangeParameters(parameters => value.CopyTo(parameters));
    }

    /// <summary>The gradient of a step.</summary>
    public float[] Gradient(int step)
    {
        _learner.ForwardBackward(0, step, RandomKey.Mix((ulong)options.Seed, worker, step, -1, RandomPurpose.Dropout));
        return _learner.Storage.Bucket.All.ToArray();
    }

    /// <summary>A step of its own.</summary>
    public void Step(int step)
    {
        Gradient(step);
        _learner.Apply(options.InitLr);
    }

    /// <summary>Takes the weights of a run's checkpoint.</summary>
    public void Read(string folder, int step)
    {
        string checkpoint = Path.Combine(folder, "checkpoints", CheckpointNames.Step(step));
        using var file = SafetensorsFile.Open(Path.Combine(checkpoint, CheckpointNames.Model));
        _learner.Storage.Read(file, checkpoint, ExitCode.Checkpoint);
    }

    public void Dispose() => _learner.Dispose();
}
