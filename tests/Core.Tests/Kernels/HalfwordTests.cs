using System.Buffers.Binary;
using Compression.Core.Kernels;

namespace Compression.Core.Tests.Kernels;

/// <summary>The formats of 16 bits against the BCL's conversions and against arithmetic on the bits.</summary>
public sealed class HalfwordTests
{
    [Fact]
    public void Every_float16_decodes_to_its_value_and_encodes_to_itself()
    {
        ushort[] codes = [.. Enumerable.Range(0, 1 << 16).Select(code => (ushort)code)];
        float[] values = Decode<Float16Format>(codes);
        ushort[] again = Encode<Float16Format>(values);
        for (int code = 0; code < codes.Length; code++)
        {
            var half = BitConverter.UInt16BitsToHalf((ushort)code);
            Assert.Equal((float)half, values[code]);
            if (Half.IsFinite(half))
            {
                // Adding to zero loses the sign of −0 alone.
                Assert.Equal(code == 0x8000 ? 0 : code, again[code]);
            }
        }
    }

    [Fact]
    public void Every_bfloat16_decodes_to_the_upper_half_of_a_float()
    {
        ushort[] codes = [.. Enumerable.Range(0, 1 << 16).Select(code => (ushort)code)];
        float[] values = Decode<BFloat16Format>(codes);
        for (int code = 0; code < codes.Length; code++)
        {
            Assert.Equal(BitConverter.UInt32BitsToSingle((uint)code << 16), values[code]);
        }
    }

    [Fact]
    public void Float16_rounds_as_System_Half_does()
    {
        float[] values = [.. Patterns().Where(value => Math.Abs(value) <= 65504)];
        ushort[] codes = Encode<Float16Format>(values);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.True(BitConverter.HalfToUInt16Bits((Half)values[i]) == codes[i], $"{BitConverter.SingleToUInt32Bits(values[i]):x8}");
        }
    }

    [Fact]
    public void Float16_saturates_and_a_NaN_stays_one() => Assert.Equal(
        [0x7BFF, 0xFBFF, 0x7BFF, 0x7BFF, 0xFBFF, 0x7E00, 0xFE00],
        Encode<Float16Format>(
        [
            65519f, -65520f, 1e10f, float.PositiveInfinity, float.NegativeInfinity,
            BitConverter.UInt32BitsToSingle(0x7F800001), BitConverter.UInt32BitsToSingle(0xFFC00000),
        ]).Select(code => (int)code));

    [Fact]
    public void BFloat16_takes_the_nearer_neighbour_and_of_two_the_even_one()
    {
        float[] values = [.. Patterns().Where(value => !float.IsNaN(value))];
        ushort[] codes = Encode<BFloat16Format>(values);
        for (int i = 0; i < values.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(values[i]), low = bits >> 16, rest = bits & 0xFFFF;
            uint expected = rest > 0x8000 || (rest == 0x8000 && low % 2 == 1) ? low + 1 : low;
            Assert.True(expected == codes[i], $"{bits:x8}");
        }
    }

    [Fact]
    public void BFloat16_keeps_infinities_and_every_NaN()
    {
        Assert.Equal([0x7F80, 0xFF80], Encode<BFloat16Format>([float.PositiveInfinity, float.NegativeInfinity]).Select(code => (int)code));
        float[] poison = [.. new uint[] { 0x7F800001, 0xFF80FFFF, 0x7FC00000, 0xFFFFFFFF, 0x7FFFFFFF }.Select(BitConverter.UInt32BitsToSingle)];
        Assert.All(Decode<BFloat16Format>(Encode<BFloat16Format>(poison)), value => Assert.True(float.IsNaN(value)));
    }

    [Theory]
    [MemberData(nameof(TestData.LengthsAndThreads), MemberType = typeof(TestData))]
    public void Bytes_at_odd_addresses_add_scaled_values_on_any_number_of_threads(int length, int threads)
    {
        using var team = new ThreadTeam(threads);
        float[] values = TestData.Gaussian(length), sums = TestData.Gaussian(length, seed: 2);
        byte[] bytes = new byte[(2 * length) + 1];
        float largest = HalfwordPack.Invoke<Float16Format>(team, values, bytes.AsSpan(1));
        Assert.Equal(values.Select(Math.Abs).DefaultIfEmpty().Max(), largest);
        float[] expected = [.. sums.Select((sum, i) => sum + (-0.3f * (float)(Half)values[i]))];
        HalfwordUnpackAdd.Invoke<Float16Format>(team, bytes.AsSpan(1), sums, -0.3f);
        Assert.Equal(expected, sums);
    }

    [Fact]
    public void What_is_not_finite_is_the_largest()
    {
        float[] values = TestData.Gaussian(70_001);
        values[70_000] = float.NegativeInfinity;
        Assert.Equal(float.PositiveInfinity, HalfwordPack.Invoke<Float16Format>(ThreadTeam.Single, values, new byte[140_002]));
        values[3] = float.NaN;
        Assert.Equal(float.NaN, HalfwordPack.Invoke<Float16Format>(ThreadTeam.Single, values, new byte[140_002]));
    }

    // All upper halves with lower halves around the ties of both formats, and bits at random.
    private static IEnumerable<float> Patterns()
    {
        uint[] lower = [0, 1, 0x0FFF, 0x1000, 0x1001, 0x2FFF, 0x3000, 0x3001, 0x7FFF, 0x8000, 0x8001, 0xFFFF];
        for (uint upper = 0; upper < 1 << 16; upper++)
        {
            foreach (uint rest in lower)
            {
                yield return BitConverter.UInt32BitsToSingle((upper << 16) | rest);
            }
        }

        var random = new Random(5);
        for (int i = 0; i < 200_000; i++)
        {
            yield return BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32));
        }

        // Ties between float16's subnormals: odd multiples of 2⁻²⁵.
        for (int odd = 1; odd < 2048; odd += 2)
        {
            yield return odd * (1f / (1 << 25));
            yield return -odd * (1f / (1 << 25));
        }
    }

    private static ushort[] Encode<TFormat>(float[] values)
        where TFormat : struct, IHalfwordFormat
    {
        byte[] bytes = new byte[2 * values.Length];
        HalfwordPack.Invoke<TFormat>(ThreadTeam.Single, values, bytes);
        return [.. Enumerable.Range(0, values.Length).Select(i => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2 * i)))];
    }

    private static float[] Decode<TFormat>(ushort[] codes)
        where TFormat : struct, IHalfwordFormat
    {
        byte[] bytes = new byte[2 * codes.Length];
        Buffer.BlockCopy(codes, 0, bytes, 0, bytes.Length);
        float[] values = new float[codes.Length];
        HalfwordUnpackAdd.Invoke<TFormat>(ThreadTeam.Single, bytes, values, 1);
        return values;
    }
}
