using System.Runtime.CompilerServices;
using Compression.Torch.Storage;

namespace Compression.Torch.Tests;

internal static class Startup
{
    // Before the first tensor of a test itself: TorchSharp would look for libtorch on its own, and copy its 461 MB into the output folder.
    [ModuleInitializer]
    internal static void LoadTorch() => RuntimeHelpers.RunModuleConstructor(typeof(FlatStorage).Module.ModuleHandle);
}
