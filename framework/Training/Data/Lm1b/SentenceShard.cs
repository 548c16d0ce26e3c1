using System.Globalization;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>The sentences of one shard in memory. The next shard takes the same memory, so that a whole corpus needs that of its largest shard.</summary>
internal sealed class SentenceShard
{
    private byte[] _bytes = [];
    private int[] _starts = [];
    private int _length;

    /// <summary>Sentences: lines with a word.</summary>
    public int Count { get; private set; }

    /// <summary>Where the sentences begin, in an order that the caller may change.</summary>
    public Span<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>A sentence of <see cref="Starts"/>, in the order at hand.</summary>
    /// <param name="place">0 to <see cref="Count"/>−1.</param>
    public ReadOnlySpan<byte> this[int place]
    {
        get
        {
            var rest = _bytes.AsSpan(0, _length)[_starts[place]..];
            int end = rest.IndexOf((byte)'\n');
            return end < 0 ? rest : rest[..end];
        }
    }

    /// <summary>Reads a shard, and finds its sentences.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: it cannot be read, is no UTF-8 text, or has no sentence.</exception>
    public void Load(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            long length = RandomAccess.GetLength(file);
            if (length > Array.MaxLength)
            {
                throw new UserErrorException(
                    ExitCode.Environment, string.Create(CultureInfo.InvariantCulture, $"{path}: {length:N0} {Plural.Of(length, "byte")} are too many for one shard; cut it into several files of whole lines"));
            }

            if (_bytes.Length < length)
            {
                _bytes = GC.AllocateUninitializedArray<byte>((int)length);
            }

            int done = 0;
            for (int read; (read = RandomAccess.Read(file, _bytes.AsSpan(done), done)) > 0; done += read)
            {
            }

            _length = done;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw ShardText.Unreadable(path, cause);
        }

        ShardText.Require(_bytes.AsSpan(0, _length), path);
        FindSentences();
        if (Count == 0)
        {
            throw ShardText.WithoutSentence(path);
        }
    }

    private void FindSentences()
    {
        var text = _bytes.AsSpan(0, _length);
        int lines = text.Count((byte)'\n') + 1;
        if (_starts.Length < lines)
        {
            _starts = new int[lines];
        }

        Count = 0;
        for (int at = text.Length - Utf8Text.Of(text).Length; at < text.Length;)
        {
            int end = text[at..].IndexOf((byte)'\n');
            var line = end < 0 ? text[at..] : text.Slice(at, end);
            if (!WordsOfLine.IsBlank(line))
            {
                _starts[Count++] = at;
            }

            at += line.Length + 1;
        }
    }
}
