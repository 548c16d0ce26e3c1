namespace Compression.Torch.Loading;

/// <summary>Reads the versions of symbols that a library needs and provides, after the LSB ("Symbol Versioning").</summary>
internal static class ElfVersions
{
    /// <summary><c>VER_FLG_WEAK</c> of <c>vna_flags</c>.</summary>
    public const ushort WeakFlag = 2;

    private const int SymbolLength = 24;

    // The highest bit of a symbol's version says that it is hidden.
    private const ushort VersionMask = 0x7fff;

    /// <summary>The versions that a library needs, in the order of the file.</summary>
    /// <exception cref="ElfFormatException">The file is damaged.</exception>
    public static IReadOnlyList<VersionNeed> Needs(ElfFile file)
    {
        var needs = new List<VersionNeed>();
        if (file.Section(ElfSection.VersionNeeds) is not { } section)
        {
            return needs;
        }

        foreach (long library in Chain(file, section, 0, nextField: 12))
        {
            string name = file.Name(section, file.UInt32(section, library + 4));
            foreach (long version in Chain(file, section, library + file.UInt32(section, library + 8), nextField: 12))
            {
                ushort flags = file.UInt16(section, version + 4);
                needs.Add(new VersionNeed(
                    name, file.Name(section, file.UInt32(section, version + 8)), file.UInt16(section, version + 6),
                    (flags & WeakFlag) != 0, section.Offset + version + 4));
            }
        }

        return needs;
    }

    /// <summary>The versions that a library provides.</summary>
    /// <exception cref="ElfFormatException">The file is damaged.</exception>
    public static IReadOnlySet<string> Provided(ElfFile file)
    {
        var versions = new HashSet<string>();
        if (file.Section(ElfSection.VersionDefinitions) is not { } section)
        {
            return versions;
        }

        foreach (long definition in Chain(file, section, 0, nextField: 16))
        {
            // The first name is the version's own, the others are those it follows.
            versions.Add(file.Name(section, file.UInt32(section, definition + file.UInt32(section, definition + 12))));
        }

        return versions;
    }

    /// <summary>The symbols that refer to a version by its index.</summary>
    /// <exception cref="ElfFormatException">The file is damaged.</exception>
    public static IReadOnlyList<string> SymbolsOf(ElfFile file, ushort version)
    {
        if (file.Section(ElfSection.DynamicSymbols) is not { } symbols || file.Section(ElfSection.SymbolVersions) is not { } versions)
        {
            return [];
        }

        var names = new List<string>();
        for (long i = 0; i < symbols.Length / SymbolLength; i++)
        {
            if ((file.UInt16(versions, i * sizeof(ushort)) & VersionMask) == version)
            {
                names.Add(file.Name(symbols, file.UInt32(symbols, i * SymbolLength)));
            }
        }

        return names;
    }

    // Entries of both tables are linked by distances; 0 ends a chain.
    private static IEnumerable<long> Chain(ElfFile file, ElfSection section, long start, int nextField)
    {
        uint next;
        for (long at = start; ; at += next)
        {
            yield return at;
            next = file.UInt32(section, at + nextField);
            if (next == 0)
            {
                yield break;
            }

            if (next < nextField + sizeof(uint))
            {
                throw file.Damaged("entries of a version table overlap");
            }
        }
    }
}
