using Compression.Experiments.Tests.Options;

namespace Compression.Experiments.Tests;

/// <summary>Who names another verb's run is told the command that works, and it works.</summary>
public sealed class OwnVerbTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public OwnVerbTests()
    {
        _sandbox.WriteCorpus();
        _sandbox.WriteBillionWords();
    }

    public static TheoryData<string> Verbs => [.. OptionFiles.Bases.Keys];

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_run_is_gone_on_with_and_evaluated_by_its_own_verb(string own)
    {
        var outcome = _sandbox.Run($"{OptionFiles.Bases[own]} --checkpoint_every 3 --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        foreach (string other in OptionFiles.Bases.Keys.Where(verb => verb != own))
        {
            foreach (string asked in (string[])["--resume latest --out run", "--resume run", "--resume run/checkpoints/step-000003"])
            {
                string line = Refusal($"{other} {asked}", own);
                Assert.EndsWith($"go on with it by ./run.sh {own} {asked}", line, StringComparison.Ordinal);
                Assert.Equal(0, _sandbox.Run($"{own} {asked}").Code);
            }
        }

        string[] evaluations =
        [
            .. own == "train" ? Array.Empty<string>() : ["eval run", "eval run/checkpoints/step-000003"],
            .. own == "transformer-xl" ? Array.Empty<string>() : ["transformer-xl --eval_only --resume run", "transformer-xl --generate cat --resume latest --out run"],
            .. own == "lm1b" ? Array.Empty<string>() : ["lm1b --mode eval_test --logdir run", "lm1b --mode eval_train --eval_once --resume run"],
        ];
        foreach (string asked in evaluations)
        {
            string line = Refusal(asked, own);
            if (own == "model-parallel")
            {
                Assert.Contains("evaluations.csv", line, StringComparison.Ordinal);
                continue;
            }

            string command = line[(line.IndexOf("./run.sh ", StringComparison.Ordinal) + 9)..];
            outcome = _sandbox.Run(command);
            Assert.True(outcome.Code == 0, $"{command}: {outcome.Errors}");
            Assert.Contains("perplexity", outcome.Output, StringComparison.Ordinal);
        }

        Assert.Equal(0, _sandbox.Run("checkpoint list run").Code);
        Assert.Equal(0, _sandbox.Run("checkpoint verify run/checkpoints/step-000003").Code);
    }

    private string Refusal(string commandLine, string own)
    {
        var outcome = _sandbox.Run(commandLine);
        string line = Assert.Single(outcome.ErrorLines);
        Assert.True(outcome.Code == 2, $"{commandLine}: {line}");
        Assert.Contains($"{_sandbox.At("run")} is a run of {own};", line, StringComparison.Ordinal);
        return line;
    }
}
