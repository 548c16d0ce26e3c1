namespace Compression.Experiments.Tests;

/// <summary>Bad input ends with one line that names the option and the cure, the right code, and nothing changed on the disk.</summary>
public sealed class BadInputTests(TrainedRun trained) : IClassFixture<TrainedRun>
{
    public static TheoryData<string> Names => [.. BadInput.Cases.Keys];

    public static TheoryData<string> ResumeNames => [.. BadInput.ResumeCases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void One_line_the_right_code_and_nothing_left_behind(string name)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Check(sandbox, BadInput.Cases[name]);
    }

    [Theory]
    [MemberData(nameof(ResumeNames))]
    public void An_earlier_run_stays_as_it_was(string name)
    {
        using var sandbox = new Sandbox();
        trained.CopyTo(sandbox);
        Check(sandbox, BadInput.ResumeCases[name]);
    }

    [Fact]
    public void A_gpu_that_is_not_there_is_an_environment_error()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var input = new BadInput("--data corpus --use_gpu true", Core.Reporting.ExitCode.Environment, null, "--use_gpu true", "--use_gpu false");

        // A process of its own, from which the driver hides what GPUs there are.
        Check(sandbox, input, () => Apphost.Run(sandbox, input.Arguments, ("CUDA_VISIBLE_DEVICES", "")));
    }

    private static void Check(Sandbox sandbox, BadInput input) => Check(sandbox, input, () => sandbox.Run(input.Arguments));

    private static void Check(Sandbox sandbox, BadInput input, Func<Outcome> run)
    {
        input.Prepare?.Invoke(sandbox);
        Directory.CreateDirectory(sandbox.At("repository"));
        var before = sandbox.Snapshot();

        var outcome = run();

        Assert.True((int)input.Code == outcome.Code, $"ended with {outcome.Code}: {outcome.Errors}");
        string line = Assert.Single(outcome.ErrorLines);
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
        Assert.All(input.Says, word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.Equal(before, sandbox.Snapshot());
    }
}
