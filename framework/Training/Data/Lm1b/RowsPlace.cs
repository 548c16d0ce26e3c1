namespace Compression.Training.Data.Lm1b;

/// <summary>Where the rows of a batch stand: enough to make all batches that follow.</summary>
/// <param name="rows">B.</param>
internal sealed class RowsPlace(int rows)
{
    private int[] _tokens = new int[rows * 64];
    private int _used;

    /// <summary>The sentence that is taken next.</summary>
    public SentencePlace Next { get; set; }

    /// <summary>Tokens left of each row's sentence: 0, or at least 2.</summary>
    public int[] Lengths { get; } = new int[rows];

    /// <summary>These tokens, row after row.</summary>
    public Span<int> Tokens => _tokens.AsSpan(0, _used);

    /// <summary>Makes room for the tokens of all rows.</summary>
    public Span<int> Take(int count)
    {
        if (_tokens.Length < count)
        {
            _tokens = new int[count * 2];
        }

        _used = count;
        return Tokens;
    }
}
