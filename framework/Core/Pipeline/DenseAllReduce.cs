using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;

namespace Compression.Core.Pipeline;

/// <summary>The baseline: one all-reduce of the whole bucket in float32, then the mean.</summary>
[Algorithm("allreduce", AlgorithmRole.Exchange, "dense sum, float32", Carries = PayloadForm.Floats)]
public sealed class DenseAllReduce : IGradientAggregator
{
    private readonly ComponentContext _context;

    /// <param name="context">Threads.</param>
    public DenseAllReduce(ComponentContext context) => _context = context;

    /// <inheritdoc/>
    public double ResidualSumOfSquares() => 0;

    /// <inheritdoc/>
    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        double bits = 32.0 * bucket.Layout.Length;
        step.Ledger.AddPayload(bits, bits);
        communicator.AllReduce(bucket.All);
        if (!communicator.WritesResult)
        {
            return;
        }

        using (step.Ledger.Measure(StepPhase.Decompress))
        {
            Scale.Invoke(_context.Team, bucket.All, 1f / communicator.WorldSize);
        }
    }

    /// <inheritdoc/>
    public void Save(IStateWriter writer)
    {
    }

    /// <inheritdoc/>
    public void Load(IStateReader reader)
    {
    }
}
