namespace Compression.Torch.Loading;

/// <summary>The libtorch of this process.</summary>
/// <param name="Folder">Where its libraries lie.</param>
/// <param name="Origin">How the folder was found: "TORCH_PATH", "beside the program", "package", or "PyTorch".</param>
/// <param name="Binding">The file of TorchSharp's library that was loaded.</param>
/// <param name="IsCopy">Whether that is a copy made for a system whose libstdc++ is older than GCC 13's.</param>
public sealed record LoadedTorch(string Folder, string Origin, string Binding, bool IsCopy);
