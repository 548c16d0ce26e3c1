using System.Buffers.Binary;
using System.Text;

namespace Compression.Mpi.Tests;

/// <summary>
/// Makes libraries whose functions answer otherwise, as one does that has other constants: a copy of an ELF file for x64 in which a function's
/// first instructions are replaced.
/// </summary>
internal static class PatchedLibrary
{
    private const int SectionOfDynamicSymbols = 11;
    private const int LoadedSegment = 1;
    private const int SymbolBytes = 24;

    /// <summary>Code of a function that writes a number to the address of its second argument, and returns 0.</summary>
    public static byte[] Writes(byte number) => [0xc7, 0x06, number, 0, 0, 0, 0x31, 0xc0, 0xc3];

    /// <summary>Code of a function that returns a number.</summary>
    public static byte[] Returns(byte number) => [0xb8, number, 0, 0, 0, 0xc3];

    /// <summary>Writes the copy.</summary>
    public static void Write(string original, string copy, string function, byte[] code)
    {
        byte[] file = File.ReadAllBytes(original);
        code.CopyTo(file, OffsetOf(file, function));
        File.WriteAllBytes(copy, file);
    }

    // Elf64_Ehdr, Elf64_Shdr, Elf64_Sym and Elf64_Phdr of the System V ABI.
    private static long OffsetOf(byte[] file, string function)
    {
        long sections = Long(file, 40);
        for (int index = 0; index < Short(file, 60); index++)
        {
            long section = sections + (index * Short(file, 58));
            if (Int(file, section + 4) != SectionOfDynamicSymbols)
            {
                continue;
            }

            long names = Long(file, sections + (Int(file, section + 40) * Short(file, 58)) + 24), symbols = Long(file, section + 24);
            byte[] name = [.. Encoding.ASCII.GetBytes(function), 0];
            for (long symbol = symbols; symbol < symbols + Long(file, section + 32); symbol += SymbolBytes)
            {
                if (file.AsSpan((int)names + Int(file, symbol)).StartsWith(name))
                {
                    return InFile(file, Long(file, symbol + 8));
                }
            }
        }

        throw new ArgumentException($"There is no function {function}.", nameof(function));
    }

    private static long InFile(byte[] file, long address)
    {
        for (long segment = Long(file, 32); ; segment += Short(file, 54))
        {
            long begin = Long(file, segment + 16);
            if (Int(file, segment) == LoadedSegment && address >= begin && address < begin + Long(file, segment + 32))
            {
                return address - begin + Long(file, segment + 8);
            }
        }
    }

    private static ushort Short(byte[] file, long at) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan((int)at));

    private static int Int(byte[] file, long at) => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan((int)at));

    private static long Long(byte[] file, long at) => BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan((int)at));
}
