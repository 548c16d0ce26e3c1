namespace Compression.Torch.Loading;

/// <summary>A file is no 64-bit little-endian ELF library, or it is damaged.</summary>
/// <param name="file">The file, as the message shows it.</param>
/// <param name="what">What is wrong with it.</param>
internal sealed class ElfFormatException(string file, string what) : Exception($"{file}: {what}");
