using System.Globalization;
using System.Text;
using Compression.Core.Reporting;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Launching;

/// <summary>
/// What a rank reports to the launcher on its joining and its end: a line on its standard error, the one way to the launcher that leads through every
/// MPI from every host. The launcher takes it out again. Ranks of another launcher write none.
/// </summary>
/// <param name="Rank">Who.</param>
/// <param name="Event">What.</param>
/// <param name="Code">The exit code of a rank that failed, or that all end with; else 0.</param>
internal readonly record struct JoinMark(int Rank, JoinEvent Event, int Code = 0)
{
    /// <summary>Set for the ranks of a launcher that waits for such lines.</summary>
    public const string Variable = "COMPRESSION_JOIN";

    /// <summary>Begins such a line, and nothing else: "record separator".</summary>
    public const char Sign = '\u001e';

    /// <summary>The beginning of a line.</summary>
    public static string Prefix { get; } = $"{Sign}compression rank ";

    /// <summary>Writes it to standard error, in one piece, if the launcher listens.</summary>
    public void Write()
    {
        if (MpiEnvironment.Current[Variable] is not null)
        {
            using Stream errors = ScreenStream.Error();
            errors.Write(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{Prefix}{Rank} {(int)Event} {Code}\n")));
        }
    }

    /// <summary>Reads a line that begins with <see cref="Prefix"/>; null where it is none.</summary>
    public static JoinMark? Read(string line)
    {
        int[] numbers = [.. line[Prefix.Length..].TrimEnd().Split(' ')
            .Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)];
        return numbers.Length == 3 && numbers.All(number => number >= 0) ? new JoinMark(numbers[0], (JoinEvent)numbers[1], numbers[2]) : null;
    }
}

/// <summary>A step on a rank's way into its job, and out of it.</summary>
internal enum JoinEvent
{
    /// <summary>The program runs.</summary>
    Began,

    /// <summary>All ranks have joined; written by the first.</summary>
    Joined,

    /// <summary>It cannot join, and ends.</summary>
    Failed,

    /// <summary>All ranks are done, and leave MPI; written by the first.</summary>
    Done,
}
