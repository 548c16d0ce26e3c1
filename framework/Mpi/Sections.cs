using System.Runtime.InteropServices;

namespace Compression.Mpi;

/// <summary>Where the payloads of all ranks lie in one buffer, one after another. Pinned, since MPI reads it while an exchange goes on.</summary>
internal sealed unsafe class Sections(int ranks)
{
    /// <summary>Bytes of each.</summary>
    public int[] Lengths { get; } = GC.AllocateArray<int>(ranks, pinned: true);

    /// <summary>Where each begins; after <see cref="Place"/>.</summary>
    public int[] Offsets { get; } = GC.AllocateArray<int>(ranks, pinned: true);

    /// <summary>The address of <see cref="Lengths"/>.</summary>
    public int* LengthsAddress => (int*)Marshal.UnsafeAddrOfPinnedArrayElement(Lengths, 0);

    /// <summary>The address of <see cref="Offsets"/>.</summary>
    public int* OffsetsAddress => (int*)Marshal.UnsafeAddrOfPinnedArrayElement(Offsets, 0);

    /// <summary>Computes the offsets, and returns the bytes of all.</summary>
    public long Place()
    {
        long end = 0;
        for (int rank = 0; rank < Lengths.Length; rank++)
        {
            Offsets[rank] = (int)end;
            end += Lengths[rank];
        }

        return end;
    }
}
