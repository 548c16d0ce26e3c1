using System.Globalization;

namespace Compression.Core.Reporting;

/// <summary>
/// Standard output or standard error of this process, which may be closed, or be a file on a full disk: what cannot be shown is dropped, and
/// <see cref="Failure"/> says why. It never fails, so that no run ends for want of a screen.
/// </summary>
public sealed class ScreenStream : Stream
{
    // Linux's values, as /proc/self/fdinfo shows them.
    private const int AccessMode = 3, ReadOnly = 0, CloseOnExec = 0x80000;

    private readonly Stream? _stream;

    private ScreenStream(int descriptor, Func<Stream> open) => _stream = IsInherited(descriptor) ? open() : null;

    /// <summary>Why output was dropped; null where none was. A stream that was closed from the start wants no output.</summary>
    public string? Failure { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Standard output.</summary>
    public static ScreenStream Output() => new(1, Console.OpenStandardOutput);

    /// <summary>Standard error.</summary>
    public static ScreenStream Error() => new(2, Console.OpenStandardError);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_stream is null || Failure is not null)
        {
            return;
        }

        try
        {
            _stream.Write(buffer);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            Failure = cause.Message.TrimEnd('.');
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // In the place of a stream that was closed stands whatever the runtime opened first, its own pipes among them. What was handed down outlived an
    // exec, and so is not closed by one.
    private static bool IsInherited(int descriptor)
    {
        try
        {
            const string Label = "flags:";
            string flags = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{descriptor}")).First(line => line.StartsWith(Label, StringComparison.Ordinal));
            int bits = Convert.ToInt32(flags[Label.Length..].Trim(), 8);
            return (bits & CloseOnExec) == 0 && (bits & AccessMode) != ReadOnly;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // Without /proc nothing tells.
            return !Directory.Exists("/proc/self/fdinfo");
        }
    }
}
