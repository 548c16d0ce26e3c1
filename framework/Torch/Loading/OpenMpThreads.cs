using System.Runtime.InteropServices;

namespace Compression.Torch.Loading;

/// <summary>
/// The idle threads of libtorch's OpenMP. They spin for milliseconds before they sleep, on the processors that this project's kernels need; libgomp
/// reads when it is loaded whether they should.
/// </summary>
internal static partial class OpenMpThreads
{
    private const string SpinCount = "GOMP_SPINCOUNT", WaitPolicy = "OMP_WAIT_POLICY";

    /// <summary>Lets them sleep at once, unless the user has said otherwise. Before libtorch is loaded.</summary>
    internal static void LetIdleOnesSleep()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(SpinCount) is null && Environment.GetEnvironmentVariable(WaitPolicy) is null)
        {
            // The runtime's own variables are a copy that native code does not see.
            _ = SetVariable(SpinCount, "0", 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
