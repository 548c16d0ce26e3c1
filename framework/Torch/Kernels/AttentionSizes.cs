namespace Compression.Torch.Kernels;

/// <summary>Sizes of relative attention, and what a query sees.</summary>
/// <param name="Queries">Q.</param>
/// <param name="Keys">K, at least Q: the last Q places are the queries' own.</param>
/// <param name="Batch">B.</param>
/// <param name="Heads">H.</param>
/// <param name="Width">W, of a head.</param>
/// <param name="Reach">Keys that a query sees at most, itself included; 0: all up to itself.</param>
internal readonly record struct AttentionSizes(int Queries, int Keys, int Batch, int Heads, int Width, int Reach)
{
    /// <summary>Heads of all sequences: each is a part of its own.</summary>
    internal int Parts => Batch * Heads;

    internal int Inner => Heads * Width;

    /// <summary>Scores of a head.</summary>
    internal int Scores => Queries * Keys;

    internal float Scale => 1 / MathF.Sqrt(Width);

    /// <summary>One behind the last key that query i sees.</summary>
    internal int End(int i) => Keys - Queries + i + 1;

    /// <summary>The first key that query i sees.</summary>
    internal int First(int i) => Reach == 0 ? 0 : Math.Max(0, End(i) - Reach);

    /// <summary>Where the score of key j stands among the positional scores of query i: the shift of Dai et al. 2019, appendix B.</summary>
    internal int Shifted(int i, int j) => j + Queries - 1 - i;
}
