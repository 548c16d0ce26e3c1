using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>
/// This project run as a program: prints the width of vectors in bits, then a checksum of what every pair writes and decodes. The
/// runtime reads which instructions it may use when it starts, so that each width needs a process of its own.
/// </summary>
internal static class WidthDigest
{
    private static readonly int[] s_lengths = [1, 17, 65, 1000, 33_000, 100_003];

    // Matrices, whose tiles have sides of all kinds: whole vectors and not, even and odd.
    private static readonly (int Rows, int Columns)[] s_matrices = [(64, 128), (150, 75), (26, 14), (9, 63)];

    public static int Main()
    {
        int width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64;
        Console.WriteLine(width.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, create) in Pipelines.AllPairs())
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (int length in s_lengths)
            {
                foreach (float[] values in new[] { TestData.Gaussian(length), TestData.Sparse(length) })
                {
                    Append(hash, create, Pipelines.Layout(length), values);
                }
            }

            foreach (var (rows, columns) in s_matrices)
            {
                Append(hash, create, BucketLayout.Create([("p", (IReadOnlyList<long>)[rows, columns])]), TestData.Gaussian(rows * columns));
            }

            Console.WriteLine($"{name} {Convert.ToHexStringLower(hash.GetHashAndReset())}");
        }

        return 0;
    }

    private static void Append(IncrementalHash hash, Func<ThreadTeam, BucketLayout, Core.Contracts.ICompressor> create, BucketLayout layout, float[] values)
    {
        var compressor = create(ThreadTeam.Single, layout);
        for (int step = 0; step < 2; step++)
        {
            var (payload, decoded, _) = Pipelines.RoundTrip(compressor, layout.Slots[0], values, step);
            hash.AppendData(payload);
            hash.AppendData(MemoryMarshal.AsBytes(decoded.AsSpan()));
        }
    }
}
