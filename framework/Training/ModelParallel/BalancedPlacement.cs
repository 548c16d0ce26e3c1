using Compression.Core.Reporting;

namespace Compression.Training.ModelParallel;

/// <summary>
/// The placement whose longest stage is shortest, among those whose stages all fit into memory: dynamic programming over the last layer of
/// each stage, in L²·D steps. Of placements that are equally good the one with the shorter later stages.
/// </summary>
public static class BalancedPlacement
{
    /// <summary>Finds it.</summary>
    /// <param name="costs">Of the layers.</param>
    /// <param name="stages">D, at most the number of layers.</param>
    /// <param name="memoryLimit">Bytes that a stage may hold; 0 for no limit.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: no placement fits.</exception>
    public static StagePlacement Find(LayerCosts costs, int stages, long memoryLimit)
    {
        int layers = costs.Seconds.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stages, layers);

        // best[d, l]: longest of d stages that hold the first l layers. from[d, l]: where the last of them begins.
        double[,] best = new double[stages + 1, layers + 1];
        int[,] from = new int[stages + 1, layers + 1];
        for (int stage = 0; stage <= stages; stage++)
        {
            for (int end = 0; end <= layers; end++)
            {
                best[stage, end] = stage == 0 && end == 0 ? 0 : double.PositiveInfinity;
                for (int first = stage - 1; stage > 0 && first < end; first++)
                {
                    if (memoryLimit > 0 && costs.BytesOf(first, end) > memoryLimit)
                    {
                        continue;
                    }

                    double longest = Math.Max(best[stage - 1, first], costs.SecondsOf(first, end));
                    if (longest <= best[stage, end] && double.IsFinite(longest))
                    {
                        (best[stage, end], from[stage, end]) = (longest, first);
                    }
                }
            }
        }

        if (double.IsInfinity(best[stages, layers]))
        {
            long largest = Enumerable.Range(0, layers).Max(layer => costs.BytesOf(layer, layer + 1));
            throw new UserErrorException(
                ExitCode.Usage,
                $"--stage_memory: no placement on {stages} {Plural.Of(stages, "stage")} stays below {memoryLimit >> 20} MiB a stage; the largest layer alone takes {(largest >> 20) + 1} MiB; use more stages or a smaller --batch_size.");
        }

        int[] sizes = new int[stages];
        for (int stage = stages, end = layers; stage > 0; end = from[stage, end], stage--)
        {
            sizes[stage - 1] = end - from[stage, end];
        }

        return StagePlacement.OfSizes(sizes);
    }
}
