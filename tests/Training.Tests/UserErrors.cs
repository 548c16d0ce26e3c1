using Compression.Core.Reporting;

namespace Compression.Training.Tests;

internal static class UserErrors
{
    /// <summary>Asserts the exit code, that the message is one line, and that it holds all of <paramref name="parts"/>.</summary>
    public static UserErrorException Expect(ExitCode code, Action action, params string[] parts)
    {
        var error = Assert.ThrowsAny<UserErrorException>(action);
        Check(error, code, parts);
        return error;
    }

    public static async Task ExpectAsync(ExitCode code, Func<Task> action, params string[] parts) =>
        Check(await Assert.ThrowsAnyAsync<UserErrorException>(action), code, parts);

    private static void Check(UserErrorException error, ExitCode code, string[] parts)
    {
        Assert.Equal(code, error.Code);
        Assert.DoesNotContain('\n', error.Message);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }
}
