namespace Compression.Torch.Kernels;

/// <summary>The rows of a register tile, known to the compiler.</summary>
internal interface IRows
{
    static abstract int Count { get; }
}
