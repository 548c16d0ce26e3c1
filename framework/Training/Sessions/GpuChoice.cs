using System.Collections.Immutable;
using System.Globalization;
using Compression.Core.Reporting;
using TorchSharp;

namespace Compression.Training.Sessions;

/// <summary>Which GPU of its host a process computes on.</summary>
public static class GpuChoice
{
    /// <summary>The GPU of a process: those of its host are dealt out in turn to the processes there.</summary>
    /// <param name="localRank">The process's number among those of its host.</param>
    /// <param name="gpus">GPUs of the host.</param>
    /// <param name="allowed">Numbers of those that the job may use, in order; empty: all.</param>
    /// <param name="shownAs">The option that asks for GPUs, for messages.</param>
    /// <param name="instead">What to give in its place where there is none.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: there is no GPU. <see cref="ExitCode.Usage"/>: one that is allowed is not there.</exception>
    public static int Of(int localRank, int gpus, ImmutableArray<int> allowed, string shownAs, string instead)
    {
        foreach (int index in allowed)
        {
            Require(index, gpus, shownAs, instead);
        }

        RequireAny(gpus, shownAs, instead);
        return allowed.IsEmpty ? localRank % gpus : allowed[localRank % allowed.Length];
    }

    /// <summary>Makes sure that a GPU is there.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: there is none at all. <see cref="ExitCode.Usage"/>: not this one; those that are there are named.</exception>
    public static void Require(int index, int gpus, string shownAs, string instead)
    {
        RequireAny(gpus, shownAs, instead);
        if (index >= gpus)
        {
            string there = gpus == 1 ? "the only one is 0" : string.Create(CultureInfo.InvariantCulture, $"there are 0 to {gpus - 1}");
            throw new UserErrorException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"{shownAs}: no GPU {index} on this host; {there}."));
        }
    }

    /// <summary>What is to be said where several processes compute on one GPU; null where each has its own.</summary>
    /// <param name="processes">Of the host.</param>
    /// <param name="gpus">That they may use.</param>
    public static string? Sharing(int processes, int gpus) => processes <= gpus ? null : string.Create(
        CultureInfo.InvariantCulture, $"--use_gpu true: more workers on this host than GPUs ({processes}, {gpus}), so they share; their memory adds up there, and their steps wait for each other");

    // Not by the factory, which starts CUDA.
    internal static torch.Device Device(int? gpu) => gpu is { } index ? new torch.Device(DeviceType.CUDA, index) : torch.CPU;

    private static void RequireAny(int gpus, string shownAs, string instead)
    {
        if (gpus == 0)
        {
            throw new UserErrorException(
                ExitCode.Environment, $"{shownAs}: libtorch finds no CUDA device here; use {instead}, or a libtorch for CUDA (COMPRESSION_TORCH=cuda ./run.sh; beside a published folder, a PyTorch for CUDA).");
        }
    }
}
