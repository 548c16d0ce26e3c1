using System.Globalization;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>What of the workers' state is held back for later steps.</summary>
internal static class Residuals
{
    /// <summary>What all workers hold back together, element by element of the bucket.</summary>
    public static double[] Sum(IGradientAggregator[] aggregators, BucketLayout layout)
    {
        double[] sums = new double[layout.Length];
        for (int rank = 0; rank < aggregators.Length; rank++)
        {
            var state = new StateInMemory();
            aggregators[rank].Save(state);
            foreach (string name in state.Arrays.Keys.Where(name => name.Contains("residual", StringComparison.Ordinal)))
            {
                int offset = name == "owner-residual"
                    ? new ShardCut(layout.Length, aggregators.Length).Start(rank)
                    : name.StartsWith("residual/p", StringComparison.Ordinal)
                        ? layout.Slots[int.Parse(name["residual/p".Length..], CultureInfo.InvariantCulture)].Offset
                        : throw new InvalidOperationException($"{name} is not known to hold anything back");
                float[] values = state[name];
                for (int i = 0; i < values.Length; i++)
                {
                    sums[offset + i] += values[i];
                }
            }
        }

        return sums;
    }
}
