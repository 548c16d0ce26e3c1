using System.Reflection;
using TorchSharp;

namespace Compression.Torch.Tests;

/// <summary>What is public under TorchSharp's name is TorchSharp's: the models must also compile against the package.</summary>
public class ApiConformanceTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Types of TorchSharp 0.107 that the list, which shows selected types, leaves out; with the reason for having each.</summary>
    private static readonly Dictionary<string, string> UnlistedTypes = new()
    {
        ["TorchSharp.Scalar"] = "type of arguments of listed members",
        ["TorchSharp.DeviceType"] = "type of arguments of listed members",
        ["TorchSharp.torch.RoundingMode"] = "type of an argument of div",
        ["TorchSharp.torch.nn.Reduction"] = "type of an argument of cross_entropy",
        ["TorchSharp.torch.nn.init.FanInOut"] = "type of an argument of kaiming_uniform_",
        ["TorchSharp.torch.nn.init.NonlinearityType"] = "type of an argument of calculate_gain",
        ["TorchSharp.torch.optim.ILearningRateController"] = "type of Optimizer.ParamGroups: the only way to change a rate",
        ["TorchSharp.Modules.OptimizerHelper"] = "base of the listed optimizers",
        ["TorchSharp.Modules.AdamW"] = "result of torch.optim.AdamW",
        ["TorchSharp.Modules.ReLU"] = "result of torch.nn.ReLU",
        ["TorchSharp.ModuleExtensionMethods"] = "module.to(device): the only way to move a model",
    };

    private static readonly Dictionary<string, HashSet<string>> Listed = Read();

    public static TheoryData<Type> PublicTypes =>
        [.. typeof(torch).Assembly.GetExportedTypes().Where(type => type.Namespace!.StartsWith("TorchSharp", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(PublicTypes))]
    public void Every_public_member_is_TorchSharps(Type type)
    {
        string section = SignatureText.Section(type);
        if (UnlistedTypes.ContainsKey(section))
        {
            return;
        }

        Assert.True(Listed.ContainsKey(section), $"{section} is public, but no type of the list.");
        string[] strangers = [.. Members(type).Where(member => !Listed[section].Contains(member))];
        Assert.True(strangers.Length == 0, $"{section} has members of its own:\n{string.Join('\n', strangers)}");
    }

    [Fact]
    public void The_list_of_exceptions_names_only_types_that_are_there()
    {
        HashSet<string> present = [.. typeof(torch).Assembly.GetExportedTypes().Select(SignatureText.Section)];
        Assert.DoesNotContain(UnlistedTypes.Keys, name => !present.Contains(name));
        Assert.DoesNotContain(UnlistedTypes.Keys, Listed.ContainsKey);
    }

    [Fact]
    public void The_text_of_a_member_is_the_lists()
    {
        MethodInfo norm = typeof(torch).GetMethod("norm", [typeof(torch.Tensor), typeof(int), typeof(bool), typeof(float)])!;
        Assert.Equal("static Tensor norm(Tensor input, int dimension, bool keepdim = false, float p = 2)", SignatureText.Of(norm));
        Assert.Contains(SignatureText.Of(norm), Listed["TorchSharp.torch"]);
        Assert.DoesNotContain("static Tensor norm(Tensor input, long dimension)", Listed["TorchSharp.torch"]);
    }

    private static IEnumerable<string> Members(Type type)
    {
        foreach (MethodInfo method in type.GetMethods(Declared))
        {
            bool accessor = method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);
            bool inherited = method.GetBaseDefinition().DeclaringType != type;
            if (!accessor && !inherited && !method.Name.Contains('.', StringComparison.Ordinal))
            {
                yield return SignatureText.Of(method);
            }
        }

        foreach (PropertyInfo property in type.GetProperties(Declared))
        {
            if (property.GetAccessors().All(accessor => accessor.GetBaseDefinition().DeclaringType == type))
            {
                foreach (MethodInfo accessor in property.GetAccessors())
                {
                    yield return $"{SignatureText.Of(property)} {{ {(accessor.ReturnType == typeof(void) ? "set" : "get")}; }}";
                }
            }
        }

        foreach (FieldInfo field in type.GetFields(Declared).Where(field => !field.IsSpecialName))
        {
            yield return SignatureText.Of(field);
        }

        foreach (ConstructorInfo constructor in type.GetConstructors(Declared).Where(made => !made.IsStatic))
        {
            yield return SignatureText.Of(constructor);
        }
    }

    // A property with two accessors counts as two members, since a subset may have one of them.
    private static Dictionary<string, HashSet<string>> Read()
    {
        var sections = new Dictionary<string, HashSet<string>>();
        HashSet<string> current = [];
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "torchsharp-0.107-signatures.txt")))
        {
            string text = line.Trim();
            if (text.StartsWith("### ", StringComparison.Ordinal))
            {
                sections[text[4..].Split(" : ")[0]] = current = [];
            }
            else if (text.EndsWith("{ get; set; }", StringComparison.Ordinal))
            {
                string property = text[..^"{ get; set; }".Length];
                current.Add(property + "{ get; }");
                current.Add(property + "{ set; }");
            }
            else if (text.Length > 0)
            {
                current.Add(text);
            }
        }

        return sections;
    }
}
