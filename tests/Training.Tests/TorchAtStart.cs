using System.Runtime.CompilerServices;
using Compression.Torch.Loading;

namespace Compression.Training.Tests;

/// <summary>Tests use TorchSharp before anything of ours that would have loaded libtorch.</summary>
internal static class TorchAtStart
{
    [ModuleInitializer]
    internal static void Load() => TorchLibrary.Load();
}
