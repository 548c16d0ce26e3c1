using System.Collections.Immutable;
using Compression.Mpi.Interop;
using Compression.Training;
using Compression.Training.Sessions;

namespace Compression.Experiments.Runs;

/// <summary>The one place that chooses the GPU of this process.</summary>
internal static class ProcessGpu
{
    private const string Option = "--use_gpu true";

    /// <summary>The GPU; null where none is asked for.</summary>
    /// <param name="useGpu">Whether one is.</param>
    /// <param name="allowed">Those that the job may use on this host; empty: all.</param>
    /// <exception cref="Core.Reporting.UserErrorException">As <see cref="GpuChoice.Of"/>.</exception>
    public static int? Of(bool useGpu, ImmutableArray<int> allowed)
    {
        var launch = MpiEnvironment.Current;
        return useGpu ? GpuChoice.Of(launch.LocalRank ?? launch.Rank ?? 0, TorchRuntime.Read().CudaDevices, allowed, Option, "--use_gpu false") : null;
    }

    /// <summary>What the user should know of it.</summary>
    /// <param name="options">Of the run.</param>
    /// <param name="allowed">As above.</param>
    public static IEnumerable<string> Notes(TrainerOptions options, ImmutableArray<int> allowed)
    {
        if (options.UseGpu && GpuChoice.Sharing(
            RankLaunch.RanksHere(options, MpiEnvironment.Current), allowed.IsEmpty ? TorchRuntime.Read().CudaDevices : allowed.Length) is { } note)
        {
            yield return note;
        }
    }
}
