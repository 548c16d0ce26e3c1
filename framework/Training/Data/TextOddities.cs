using System.Globalization;
using Compression.Core.Reporting;

namespace Compression.Training.Data;

/// <summary>What a text is allowed to hold, but may be meant in another sense than it is read in; it goes into the log.</summary>
/// <param name="Returns">Carriage returns.</param>
/// <param name="LoneReturns">Those with neither a line feed nor the end of the file behind them: they end no line.</param>
/// <param name="Marks">Words that spell the mark which the reader itself puts at the ends of lines.</param>
internal readonly record struct TextOddities(long Returns, long LoneReturns, long Marks)
{
    /// <summary>Looks through a whole text.</summary>
    /// <param name="text">UTF-8, from the first byte of its file on.</param>
    /// <param name="mark">The reader's mark.</param>
    public static TextOddities Of(ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark)
    {
        var counter = new Counter(mark);
        counter.Add(Utf8Text.Of(text));
        return counter.Found;
    }

    /// <summary>What to tell of a file whose lines each get a mark; nothing of most.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="mark">The reader's mark.</param>
    public IEnumerable<string> Notes(string file, string mark)
    {
        if (LoneReturns > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: {Counted(LoneReturns, "carriage return")} without a line feed: they end no line and leave no {mark}; where they are meant to, turn them into line feeds.");
        }

        if (Marks > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: {mark} stands in it {Counted(Marks, "time")}, beside the one that every line gets by itself; where they are meant to be the same, take them out of the file.");
        }
    }

    /// <summary>What to tell of a file that is read as it stands, character by character.</summary>
    /// <param name="file">Its path.</param>
    public IEnumerable<string> NotesOfCharacters(string file) => Returns == 0 ? [] :
    [
        string.Create(CultureInfo.InvariantCulture, $"{file}: {Counted(Returns, "carriage return")}, each a token or a part of one; where they only end lines, take them out of the file."),
    ];

    private static string Counted(long number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {Plural.Of(number, what)}");

    /// <summary>Looks through a text piece by piece.</summary>
    /// <param name="mark">The reader's mark.</param>
    internal ref struct Counter(ReadOnlySpan<byte> mark)
    {
        private readonly ReadOnlySpan<byte> _mark = mark;
        private bool _endsWithReturn;

        /// <summary>In all pieces so far.</summary>
        public TextOddities Found { get; private set; }

        /// <summary>Looks through a piece; no word is cut in two between pieces.</summary>
        public void Add(ReadOnlySpan<byte> piece)
        {
            if (piece.IsEmpty)
            {
                return;
            }

            int returns = piece.Count((byte)'\r');
            int paired = returns == 0 ? 0 : piece.Count("\r\n"u8);
            long lone = returns - paired - (piece[^1] == '\r' ? 1 : 0) + (_endsWithReturn && piece[0] != '\n' ? 1 : 0);
            _endsWithReturn = piece[^1] == '\r';
            Found = new TextOddities(Found.Returns + returns, Found.LoneReturns + lone, Found.Marks + MarksIn(piece));
        }

        private readonly long MarksIn(ReadOnlySpan<byte> piece)
        {
            long marks = 0;
            for (int from = 0, at; (at = piece[from..].IndexOf(_mark)) >= 0; from += at + _mark.Length)
            {
                int start = from + at, end = start + _mark.Length;
                marks += (start == 0 || piece[start - 1] <= ' ') && (end == piece.Length || piece[end] <= ' ') ? 1 : 0;
            }

            return marks;
        }
    }
}
