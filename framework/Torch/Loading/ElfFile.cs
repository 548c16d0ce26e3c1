using System.Buffers.Binary;
using System.Text;

namespace Compression.Torch.Loading;

/// <summary>
/// The bytes of a 64-bit little-endian ELF file and its sections, after the System V ABI ("Object Files"). Every read is checked: a
/// damaged file ends in <see cref="ElfFormatException"/>.
/// </summary>
internal sealed class ElfFile
{
    private const int HeaderLength = 64;
    private const int SectionHeaderLength = 64;

    private readonly string _name;
    private readonly byte[] _bytes;
    private readonly ElfSection[] _sections;

    /// <param name="name">What messages call it.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="ElfFormatException">It is no such file.</exception>
    public ElfFile(string name, byte[] bytes)
    {
        _name = name;
        _bytes = bytes;
        ReadOnlySpan<byte> mark = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];
        if (bytes.Length < HeaderLength || !bytes.AsSpan().StartsWith(mark))
        {
            throw new ElfFormatException(name, "no 64-bit little-endian ELF file");
        }

        _sections = ReadSections();
    }

    /// <summary>The whole file.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Reads a file from the disk.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="ElfFormatException">It is no such file.</exception>
    public static ElfFile Read(string path) => new(path, File.ReadAllBytes(path));

    /// <summary>The only section of a type; null where there is none.</summary>
    public ElfSection? Section(uint type)
    {
        int index = Array.FindIndex(_sections, section => section.Type == type);
        return index < 0 ? null : _sections[index];
    }

    /// <summary>The number of 2 bytes at an offset of a section.</summary>
    public ushort UInt16(ElfSection section, long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(section, offset, sizeof(ushort)));

    /// <summary>The number of 4 bytes at an offset of a section.</summary>
    public uint UInt32(ElfSection section, long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(section, offset, sizeof(uint)));

    /// <summary>A name that a section refers to by its offset among the names.</summary>
    /// <param name="section">The section that refers to it.</param>
    /// <param name="offset">Byte in the section of names.</param>
    public string Name(ElfSection section, uint offset)
    {
        if (section.Link >= _sections.Length)
        {
            throw Damaged("a section has no names");
        }

        var names = _sections[section.Link];
        var rest = Slice(names, Math.Min(offset, names.Length), Math.Max(0, names.Length - offset));
        int end = rest.IndexOf((byte)0);
        return end < 0 ? throw Damaged("a name has no end") : Encoding.UTF8.GetString(rest[..end]);
    }

    /// <summary>What a reader of a part throws where that part contradicts itself.</summary>
    public ElfFormatException Damaged(string what) => new(_name, $"a damaged ELF file: {what}");

    private ElfSection[] ReadSections()
    {
        var header = new ElfSection(0, 0, HeaderLength, 0);
        long offset = UInt63(header, 0x28);
        int count = UInt16(header, 0x3C);
        if (count > 0 && UInt16(header, 0x3A) != SectionHeaderLength)
        {
            throw Damaged("section headers of an unknown size");
        }

        var table = Checked(new ElfSection(0, offset, (long)count * SectionHeaderLength, 0));
        var sections = new ElfSection[count];
        for (int i = 0; i < count; i++)
        {
            long at = (long)i * SectionHeaderLength;
            uint type = UInt32(table, at + 4);
            var section = new ElfSection(type, UInt63(table, at + 24), UInt63(table, at + 32), (int)Math.Min(UInt32(table, at + 40), int.MaxValue));
            // .bss and the like have a length in memory, and no bytes here.
            const uint NoBits = 8;
            sections[i] = type == NoBits ? section with { Offset = 0, Length = 0 } : Checked(section);
        }

        return sections;
    }

    private long UInt63(ElfSection section, long offset)
    {
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(Slice(section, offset, sizeof(ulong)));
        return value <= long.MaxValue ? (long)value : throw Damaged("an offset or length beyond any file");
    }

    private ElfSection Checked(ElfSection section) => section.Offset <= _bytes.Length && section.Length <= _bytes.Length - section.Offset
        ? section
        : throw Damaged("a section reaches beyond the end");

    private ReadOnlySpan<byte> Slice(ElfSection section, long offset, long length) => offset >= 0 && offset <= section.Length - length
        ? _bytes.AsSpan((int)(section.Offset + offset), (int)length)
        : throw Damaged("a part reaches beyond its section");
}
