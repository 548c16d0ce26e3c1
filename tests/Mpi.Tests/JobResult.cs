namespace Compression.Mpi.Tests;

/// <summary>How a job ended.</summary>
internal sealed record JobResult(int Code, string Output, string Errors)
{
    /// <summary>Lines on standard error.</summary>
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Expects success, and nothing on standard error.</summary>
    public void ExpectSuccess()
    {
        Assert.Equal(string.Empty, Errors);
        Assert.Equal(0, Code);
    }
}
