namespace Compression.Torch.Loading;

/// <summary>A line of the section header table.</summary>
/// <param name="Type">Such as <see cref="DynamicSymbols"/>.</param>
/// <param name="Offset">Byte of the file at which it begins.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Link">Index of the section that it refers to: for those here, the one that holds their names.</param>
internal readonly record struct ElfSection(uint Type, long Offset, long Length, int Link)
{
    /// <summary><c>.dynsym</c>: the symbols that other libraries provide or use.</summary>
    public const uint DynamicSymbols = 11;

    /// <summary><c>.gnu.version_d</c>: the versions that this library provides.</summary>
    public const uint VersionDefinitions = 0x6ffffffd;

    /// <summary><c>.gnu.version_r</c>: the versions that this library needs of others.</summary>
    public const uint VersionNeeds = 0x6ffffffe;

    /// <summary><c>.gnu.version</c>: for each symbol, the index of its version.</summary>
    public const uint SymbolVersions = 0x6fffffff;
}
