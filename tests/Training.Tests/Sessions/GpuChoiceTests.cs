using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Compression.Core.Reporting;
using Compression.Training.Sessions;

namespace Compression.Training.Tests.Sessions;

/// <summary>Who computes on which GPU, and what is said where that cannot be.</summary>
[Seeded]
public sealed class GpuChoiceTests
{
    [Theory]
    [InlineData(0, 4, "", 0)]
    [InlineData(3, 4, "", 3)]
    [InlineData(5, 4, "", 1)]
    [InlineData(2, 1, "", 0)]
    [InlineData(0, 4, "2,3", 2)]
    [InlineData(1, 4, "2,3", 3)]
    [InlineData(2, 4, "2,3", 2)]
    public void Processes_of_a_host_take_its_GPUs_in_turn(int localRank, int gpus, string allowed, int expected) =>
        Assert.Equal(expected, GpuChoice.Of(localRank, gpus, Numbers(allowed), "--use_gpu true", "--use_gpu false"));

    [Theory]
    [InlineData(0, "", ExitCode.Environment, "libtorch finds no CUDA device here")]
    [InlineData(0, "1", ExitCode.Environment, "libtorch finds no CUDA device here")]
    [InlineData(4, "7", ExitCode.Usage, "no GPU 7 on this host; there are 0 to 3.")]
    [InlineData(1, "0,1", ExitCode.Usage, "no GPU 1 on this host; the only one is 0.")]
    public void What_is_not_there_is_refused_with_what_is(int gpus, string allowed, ExitCode code, string message)
    {
        var error = Assert.Throws<UserErrorException>(() => GpuChoice.Of(0, gpus, Numbers(allowed), "--use_gpu true", "--use_gpu false"));
        Assert.Equal(code, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("--use_gpu true: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 4, null)]
    [InlineData(4, 1, "more workers on this host than GPUs (4, 1), so they share")]
    [InlineData(3, 2, "more workers on this host than GPUs (3, 2), so they share")]
    public void Sharing_is_said(int processes, int gpus, string? expected)
    {
        string? note = GpuChoice.Sharing(processes, gpus);
        Assert.Equal(expected is null, note is null);
        Assert.Contains(expected ?? "", note ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_GPU_is_one_line_with_its_sizes_and_the_options_that_help()
    {
        // The message of libtorch 2.10, shortened by its advice and its stack.
        var failure = new LibtorchFailure(
            "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.15 GiB of which 1.25 GiB is free. Including non-PyTorch memory, this process has "
            + "77.88 GiB memory in use. Of the allocated memory 76.01 GiB is allocated by PyTorch.\nException raised from malloc at CUDACachingAllocator.cpp:1549");
        var error = GpuMemory.Explain(failure, "--batch_size")!;
        Assert.Equal(ExitCode.Failure, error.Code);
        Assert.Equal(
            "Out of GPU memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.15 GiB of which 1.25 GiB is free. Lower --batch_size, or give each GPU fewer workers.",
            error.Message);
        Assert.Null(GpuMemory.Explain(new LibtorchFailure("mat1 and mat2 shapes cannot be multiplied"), "--batch_size"));
        Assert.Null(GpuMemory.Explain(new InvalidOperationException("CUDA out of memory"), "--batch_size"));
    }

    private static ImmutableArray<int> Numbers(string list) => [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    private sealed class LibtorchFailure(string message) : ExternalException(message);
}
