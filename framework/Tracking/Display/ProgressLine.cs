using System.Text;
using Compression.Core.Reporting;
using Spectre.Console;

namespace Compression.Tracking.Display;

/// <summary>
/// The live line at the foot of a terminal. It is written over itself, at most five times a second, and always shorter than
/// the terminal is wide, as a line that wraps cannot be written over.
/// </summary>
internal sealed class ProgressLine
{
    private const int ShortestBar = 5;
    private const int LongestBar = 40;

    // Code pages: the console wraps its encoding, so that the type does not tell.
    private const int Utf8 = 65001;
    private const int Utf16 = 1200;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly IAnsiConsole _console;
    private readonly Func<int> _width;
    private readonly TimeProvider _time;
    private readonly bool _unicode;
    private long? _drawnAt;
    private bool _visible;

    /// <param name="output">The terminal.</param>
    /// <param name="width">Its columns, asked before each drawing.</param>
    /// <param name="colors">Whether it may be given colours.</param>
    /// <param name="time">Clock that spaces the drawings.</param>
    public ProgressLine(TextWriter output, Func<int> width, bool colors, TimeProvider time)
    {
        (_width, _time) = (width, time);
        _console = TextConsole.Of(output, isTerminal: true, colors);
        _unicode = output.Encoding.CodePage is Utf8 or Utf16;
    }

    /// <summary>Draws, unless it was drawn a moment ago.</summary>
    public void Draw(ProgressRecord progress, double? secondsLeft)
    {
        if (_drawnAt is { } last && _time.GetElapsedTime(last) < Interval)
        {
            return;
        }

        _drawnAt = _time.GetTimestamp();
        var width = _width();
        _console.Profile.Width = width;
        _console.Write(new ControlCode("\r"));
        _console.Markup(Line(progress, secondsLeft, width - 1));
        // Erases what an earlier, longer line left; erasing first would flicker.
        _console.Write(new ControlCode("\u001b[K"));
        _visible = true;
    }

    /// <summary>Takes the line away, so that other text can stand in its place; the next drawing is not held back.</summary>
    public void Clear()
    {
        if (_visible)
        {
            _console.Write(new ControlCode("\r\u001b[K"));
            (_visible, _drawnAt) = (false, null);
        }
    }

    private string Line(ProgressRecord progress, double? secondsLeft, int columns)
    {
        var before = FormattableString.Invariant($"epoch {progress.Epoch}/{progress.Epochs} ");
        var after = Facts(progress, secondsLeft);
        var space = columns - before.Length - after.Length - 1;
        if (space < ShortestBar)
        {
            var text = before + after;
            return Markup.Escape(text.Length <= columns ? text : text[..columns]);
        }

        var length = Math.Min(space, LongestBar);
        var share = progress.TotalSteps > 0 ? Math.Clamp((double)progress.Step / progress.TotalSteps, 0, 1) : 0;
        var full = (int)(share * length);
        var (done, todo) = _unicode ? ('━', '─') : ('#', '-');
        return $"{before}[green]{new string(done, full)}[/][grey]{new string(todo, length - full)}[/] {after}";
    }

    private static string Facts(ProgressRecord progress, double? secondsLeft)
    {
        var text = new StringBuilder()
            .Append(PlainLines.Steps(progress.Step, progress.TotalSteps))
            .Append(" loss ").Append(Figures.Number(progress.Loss))
            .Append(" ppl ").Append(Figures.Number(Math.Exp(progress.Loss)))
            .Append(' ').Append(Figures.Rate(progress.WordsPerSecond)).Append(" w/s");
        if (double.IsFinite(progress.WireCompressionRatio))
        {
            text.Append(' ').Append(Figures.Ratio(progress.WireCompressionRatio));
        }

        return secondsLeft is { } left ? text.Append(" ETA ").Append(Figures.Estimate(left)).ToString() : text.ToString();
    }
}
