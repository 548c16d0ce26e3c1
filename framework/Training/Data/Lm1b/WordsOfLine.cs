namespace Compression.Training.Data.Lm1b;

/// <summary>The words of a line one after another: runs of bytes above the space, so that only ASCII white space parts them.</summary>
internal ref struct WordsOfLine(ReadOnlySpan<byte> line)
{
    /// <summary>The last byte that parts words.</summary>
    public const byte LastSeparator = 0x20;

    private ReadOnlySpan<byte> _rest = line;

    /// <summary>The word at hand.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Goes on to the next word; false where there is none.</summary>
    public bool MoveNext()
    {
        var rest = _rest;
        while (!rest.IsEmpty && rest[0] <= LastSeparator)
        {
            rest = rest[1..];
        }

        int end = rest.IndexOfAnyInRange((byte)0, LastSeparator);
        Current = end < 0 ? rest : rest[..end];
        _rest = end < 0 ? default : rest[(end + 1)..];
        return !Current.IsEmpty;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly WordsOfLine GetEnumerator() => this;

    /// <summary>True where a line has no word.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExceptInRange((byte)0, LastSeparator) < 0;
}
