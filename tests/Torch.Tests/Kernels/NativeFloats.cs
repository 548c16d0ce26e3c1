using System.Runtime.InteropServices;

namespace Compression.Torch.Tests.Kernels;

/// <summary>Floats outside the managed heap, with guards on both sides that must keep their value.</summary>
internal sealed unsafe class NativeFloats : IDisposable
{
    private const int Guard = 64;
    private const float GuardValue = -12345.678f;

    private readonly float* _memory;

    public NativeFloats(int length)
    {
        Length = length;
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)(length + (2 * Guard)) * sizeof(float), 64);
        new Span<float>(_memory, length + (2 * Guard)).Fill(GuardValue);
    }

    public NativeFloats(ReadOnlySpan<float> values)
        : this(values.Length) => values.CopyTo(Span);

    public int Length { get; }

    public float* Data => _memory + Guard;

    public Span<float> Span => new(Data, Length);

    public bool GuardsHold => !new ReadOnlySpan<float>(_memory, Guard).ContainsAnyExcept(GuardValue)
        && !new ReadOnlySpan<float>(Data + Length, Guard).ContainsAnyExcept(GuardValue);

    /// <summary>Uniform within ±1.</summary>
    public static NativeFloats Random(int length, int seed)
    {
        var random = new Random(seed);
        var floats = new NativeFloats(length);
        foreach (ref float value in floats.Span)
        {
            value = (random.NextSingle() * 2) - 1;
        }

        return floats;
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
