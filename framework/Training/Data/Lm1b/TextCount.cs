using System.Numerics;
using System.Runtime.Intrinsics;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>What a text of a sentence a line holds; lines without a word are no sentences.</summary>
/// <param name="Words">Runs of bytes above the space.</param>
/// <param name="Sentences">Lines with a word.</param>
internal readonly record struct TextCount(long Words, long Sentences)
{
    private const int Block = 64, Piece = 1 << 20;

    /// <summary>What is odd about it.</summary>
    public TextOddities Oddities { get; init; }

    /// <summary>Tokens that a model predicts: each word, and the end of each sentence.</summary>
    public long Targets => Words + Sentences;

    /// <summary>Counts a file, piece by piece.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: it cannot be read, is no UTF-8 text, or has no sentence.</exception>
    public static TextCount Of(string path)
    {
        var counter = new Counter();
        var oddities = new TextOddities.Counter(WordVocabulary.SentenceMarkUtf8);
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            byte[] bytes = new byte[Piece];
            int kept = 0; // bytes of a word that the last piece cut in two
            for (long at = 0; ;)
            {
                int read = RandomAccess.Read(file, bytes.AsSpan(kept), at);
                var piece = bytes.AsSpan(0, kept + read);
                int whole = read == 0 ? piece.Length : ShardText.WholeWords(piece);
                ReadOnlySpan<byte> text = piece[..whole];
                ShardText.Require(text, path, counter.Lines);
                text = at == 0 ? Utf8Text.Of(text) : text;
                counter.Add(text);
                oddities.Add(text);
                if (read == 0)
                {
                    break;
                }

                at += read;
                kept = piece.Length - whole;
                piece[whole..].CopyTo(bytes);
            }
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw ShardText.Unreadable(path, cause);
        }

        var count = counter.Finish() with { Oddities = oddities.Found };
        return count.Sentences > 0 ? count : throw ShardText.WithoutSentence(path);
    }

    // 64 bytes at a time as bits: a word starts where a byte of a word follows one of none.
    private sealed class Counter
    {
        private readonly byte[] _tail = new byte[Block];
        private int _tailLength;
        private ulong _before; // 1 where the last byte belongs to a word
        private bool _lineHasWord;
        private long _words, _sentences, _lines;

        public long Lines => _lines + _tail.AsSpan(0, _tailLength).Count((byte)'\n');

        public void Add(ReadOnlySpan<byte> text)
        {
            if (_tailLength > 0)
            {
                int taken = Math.Min(Block - _tailLength, text.Length);
                text[..taken].CopyTo(_tail.AsSpan(_tailLength));
                _tailLength += taken;
                text = text[taken..];
                if (_tailLength < Block)
                {
                    return;
                }

                AddBlock(_tail);
                _tailLength = 0;
            }

            for (; text.Length >= Block; text = text[Block..])
            {
                AddBlock(text);
            }

            text.CopyTo(_tail);
            _tailLength = text.Length;
        }

        public TextCount Finish()
        {
            // Line ends fill the last block, which is never full: the first closes an open line, the others are blank lines.
            _tail.AsSpan(_tailLength).Fill((byte)'\n');
            AddBlock(_tail);
            return new TextCount(_words, _sentences);
        }

        private void AddBlock(ReadOnlySpan<byte> text)
        {
            var bytes = Vector512.Create(text);
            ulong inWord = Vector512.GreaterThan(bytes, Vector512.Create(WordsOfLine.LastSeparator)).ExtractMostSignificantBits();
            ulong lineEnds = Vector512.Equals(bytes, Vector512.Create((byte)'\n')).ExtractMostSignificantBits();
            _words += BitOperations.PopCount(inWord & ~((inWord << 1) | _before));
            _before = inWord >> 63;
            ulong left = inWord;
            for (ulong ends = lineEnds; ends != 0; ends &= ends - 1)
            {
                ulong upTo = ends ^ (ends - 1);
                _sentences += _lineHasWord || (left & upTo) != 0 ? 1 : 0;
                left &= ~upTo;
                _lineHasWord = false;
                _lines++;
            }

            _lineHasWord |= left != 0;
        }
    }
}
