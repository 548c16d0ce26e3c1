using System.Runtime.ExceptionServices;

namespace Compression.Torch.Autograd;

/// <summary>
/// What a backward function of ours threw. It cannot pass through libtorch's frames: it is thrown by <see cref="BackwardPass"/>, or by the next
/// fused function on this thread.
/// </summary>
internal static class FusedFailure
{
    [ThreadStatic]
    private static ExceptionDispatchInfo? s_failure;

    internal static void Record(Exception failure) => s_failure ??= ExceptionDispatchInfo.Capture(failure);

    internal static void Rethrow()
    {
        ExceptionDispatchInfo? failure = s_failure;
        s_failure = null;
        failure?.Throw();
    }
}
