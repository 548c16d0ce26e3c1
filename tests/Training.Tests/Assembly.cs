using System.Runtime.CompilerServices;
using Compression.Torch;

// libtorch's random generator and thread count belong to the process: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Compression.Training.Tests;

internal static class Startup
{
    // Before the first tensor of a test itself: TorchSharp would look for libtorch on its own, and copy its 461 MB into the output folder.
    [ModuleInitializer]
    internal static void LoadTorch() => RuntimeHelpers.RunModuleConstructor(typeof(FlatStorage).Module.ModuleHandle);
}
