using System.Buffers.Binary;
using System.Text;

namespace Compression.Torch.Tests.Loading;

/// <summary>Builds small ELF files: sections of versions and symbols, and nothing that could run.</summary>
internal sealed class ElfSample
{
    private const int HeaderLength = 64;
    private const uint Strings = 3;

    private readonly List<byte> _names = [0];
    private readonly List<(uint Type, byte[] Content)> _sections = [];

    /// <summary>Adds the versions that the library needs; their indices count on from 2.</summary>
    public ElfSample Need(params (string Library, string[] Versions)[] libraries)
    {
        var bytes = new List<byte>();
        ushort index = 2;
        foreach (var (library, versions) in libraries)
        {
            bool last = library == libraries[^1].Library;
            bytes.AddRange([.. U16(1), .. U16(versions.Length), .. U32(Name(library)), .. U32(16), .. U32(last ? 0 : 16 + (16 * versions.Length))]);
            foreach (string version in versions)
            {
                bytes.AddRange([.. U32(0), .. U16(0), .. U16(index++), .. U32(Name(version)), .. U32(version == versions[^1] ? 0 : 16)]);
            }
        }

        _sections.Add((0x6ffffffe, [.. bytes]));
        return this;
    }

    /// <summary>Adds the versions that the library provides.</summary>
    public ElfSample Provide(params string[] versions)
    {
        byte[] bytes =
        [
            .. versions.SelectMany((version, i) => (byte[])
            [
                .. U16(1), .. U16(0), .. U16(i + 1), .. U16(1), .. U32(0), .. U32(20), .. U32(i == versions.Length - 1 ? 0 : 28),
                .. U32(Name(version)), .. U32(0),
            ]),
        ];
        _sections.Add((0x6ffffffd, bytes));
        return this;
    }

    /// <summary>Adds symbols, each with the index of its version.</summary>
    public ElfSample Symbols(params (string Name, int Version)[] symbols)
    {
        _sections.Add((11, [.. symbols.SelectMany(symbol => (byte[])[.. U32(Name(symbol.Name)), .. new byte[20]])]));
        _sections.Add((0x6fffffff, [.. symbols.SelectMany(symbol => U16(symbol.Version))]));
        return this;
    }

    /// <summary>The file: header, sections, names, section headers.</summary>
    public byte[] Build()
    {
        (uint Type, byte[] Content)[] all = [(0, []), .. _sections, (Strings, [.. _names])];
        byte[] body = [.. all.SelectMany(section => section.Content)];
        var file = new List<byte>([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, .. new byte[HeaderLength - 7], .. body]);
        long offset = HeaderLength;
        foreach (var (type, content) in all)
        {
            file.AddRange([.. U32(0), .. U32((int)type), .. U64(0), .. U64(0), .. U64(offset), .. U64(content.Length), .. U32(all.Length - 1), .. new byte[20]]);
            offset += content.Length;
        }

        byte[] bytes = [.. file];
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x28), HeaderLength + body.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(0x3A), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(0x3C), (ushort)all.Length);
        return bytes;
    }

    private int Name(string text)
    {
        int at = _names.Count;
        _names.AddRange([.. Encoding.UTF8.GetBytes(text), 0]);
        return at;
    }

    private static byte[] U16(int value) => BitConverter.GetBytes((ushort)value);

    private static byte[] U32(int value) => BitConverter.GetBytes(value);

    private static byte[] U64(long value) => BitConverter.GetBytes(value);
}
