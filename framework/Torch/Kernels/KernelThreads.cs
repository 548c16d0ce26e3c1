using Compression.Core.Kernels;

using static TorchSharp.torch;

namespace Compression.Torch.Kernels;

/// <summary>The threads of this project's kernels and of libtorch's operators, for what the calling thread computes: one setting for both.</summary>
public static class KernelThreads
{
    [ThreadStatic]
    private static ThreadTeam? s_team;

    /// <summary>The calling thread's team. Where none was given, one with as many threads as libtorch has.</summary>
    internal static ThreadTeam Team => s_team ??= new ThreadTeam(get_num_threads());

    /// <summary>Lets the calling thread compute with a team, and libtorch with as many threads, until the result is disposed.</summary>
    /// <param name="team">Runs no other job at the same time. Stays the caller's.</param>
    public static IDisposable Use(ThreadTeam team)
    {
        var before = new Lease(s_team, get_num_threads());
        s_team = team;
        set_num_threads(team.Threads);
        return before;
    }

    private sealed class Lease(ThreadTeam? team, int threads) : IDisposable
    {
        public void Dispose()
        {
            s_team = team;
            set_num_threads(threads);
        }
    }
}
