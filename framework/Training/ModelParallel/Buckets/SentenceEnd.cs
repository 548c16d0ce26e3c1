namespace Compression.Training.ModelParallel.Buckets;

/// <summary>What ends a sentence in a text of tokens.</summary>
public enum SentenceEnd
{
    /// <summary>The end of a line, and a word that ends in a period before another word. (PTB has periods in abbreviations alone.)</summary>
    Period,

    /// <summary>The end of a line.</summary>
    Newline,
}
