using System.Buffers;
using System.Text;

namespace Compression.Mpi.Launching;

/// <summary>
/// Passes one output stream of a job on without delay, less the launcher's noise. Only the beginning of a line that may still turn
/// out to be noise is held back, so a progress line without a line feed appears at once.
/// </summary>
/// <param name="dialect">How the launcher speaks.</param>
/// <param name="remarks">Takes what it says.</param>
/// <param name="sink">Takes the ranks' output.</param>
/// <param name="holdsUntilJoined">Gives nothing to the sink before all ranks have joined; see <see cref="Held"/>.</param>
internal sealed class JobOutput(LauncherDialect dialect, JobRemarks remarks, Stream sink, bool holdsUntilJoined = false)
{
    private readonly StringBuilder _held = new();
    private readonly ArrayBufferWriter<byte> _ready = new();
    private LineKind _kind = LineKind.Undecided;
    private int _lineStart;

    /// <summary>What was never given to the sink, as the ranks have not joined; read it once the job has closed the stream.</summary>
    public string Held => Encoding.UTF8.GetString(_ready.WrittenSpan);

    /// <summary>Copies until the job closes the stream.</summary>
    public async Task CopyFrom(Stream source)
    {
        byte[] buffer = new byte[16384];
        int count;
        while ((count = await source.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            Accept(buffer.AsSpan(0, count));
        }

        Settle();
        Flush();
    }

    /// <summary>Takes some bytes; Latin-1 keeps each as one character and gives it back unchanged.</summary>
    internal void Accept(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            // A rank's line may be without an end when a mark comes.
            if (_kind == LineKind.Rank && value != JoinMark.Sign)
            {
                _ready.Write([value]);
                _kind = value == '\n' ? LineKind.Undecided : LineKind.Rank;
                continue;
            }

            _kind = _kind == LineKind.Rank ? LineKind.Undecided : _kind;
            _held.Append((char)value);
            Decide(value == '\n');
        }

        Flush();
    }

    private void Decide(bool lineEnds)
    {
        if (_kind == LineKind.Undecided)
        {
            string start = _held.ToString();
            _kind = start.StartsWith(MpiLauncher.ErrorPrefix, StringComparison.Ordinal) ? LineKind.Line
                : start.StartsWith(JoinMark.Prefix, StringComparison.Ordinal) ? LineKind.Line
                : JoinMark.Prefix.StartsWith(start, StringComparison.Ordinal) ? LineKind.Undecided
                : MpiLauncher.ErrorPrefix.StartsWith(start, StringComparison.Ordinal) ? LineKind.Undecided
                : dialect.Judge(start);
            if (_kind == LineKind.Rank)
            {
                Release(start);
                _kind = lineEnds ? LineKind.Undecided : LineKind.Rank;
                return;
            }
        }

        if (!lineEnds)
        {
            return;
        }

        string line = _held.ToString(_lineStart, _held.Length - _lineStart);
        bool isFirst = _lineStart == 0;
        _lineStart = _held.Length;
        if (_kind == LineKind.Line || (_kind == LineKind.Block && !isFirst && dialect.EndsBlock(line)))
        {
            Settle();
        }
    }

    /// <summary>Reads what is held, and releases it unless it is noise.</summary>
    private void Settle()
    {
        string text = _held.ToString();
        bool withhold = _kind switch
        {
            LineKind.Line when text.StartsWith(JoinMark.Prefix, StringComparison.Ordinal) => Hear(text),
            LineKind.Line when text.StartsWith(MpiLauncher.ErrorPrefix, StringComparison.Ordinal) => !remarks.IsNewError(text),
            LineKind.Line or LineKind.Block => dialect.Understand(text, remarks),
            _ => false,
        };
        if (withhold)
        {
            Forget();
        }
        else
        {
            Release(text);
        }

        _kind = LineKind.Undecided;
    }

    private bool Hear(string text)
    {
        if (JoinMark.Read(text) is not { } mark)
        {
            return false;
        }

        remarks.Add(mark);
        return true;
    }

    private void Release(string text)
    {
        _ready.Write(Encoding.Latin1.GetBytes(text));
        Forget();
    }

    private void Forget()
    {
        _held.Clear();
        _lineStart = 0;
    }

    private void Flush()
    {
        if (_ready.WrittenCount == 0 || (holdsUntilJoined && !remarks.HasJoined))
        {
            return;
        }

        try
        {
            sink.Write(_ready.WrittenSpan);
            sink.Flush();
        }
        catch (IOException)
        {
            // The reader of our output has gone (a closed pipe); the job goes on, as it would under a launcher alone.
        }

        _ready.ResetWrittenCount();
    }
}
