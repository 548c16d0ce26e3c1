using System.Reflection;
using System.Xml.Linq;

namespace Compression.Architecture.Tests;

/// <summary>What the compiler's own rule (CS1591) asks, but for members that inherit their documentation.</summary>
public sealed class DocumentationTests
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Libraries => [.. Repository.Projects.Where(project => !project.IsTest).Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Public_members_are_documented_or_inherit_it(string project)
    {
        var assembly = Assembly.Load($"Compression.{project}");
        var documented = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
            .Select(member => ((string)member.Attribute("name")!).Split('(')[0]).ToHashSet();
        Assert.NotEmpty(documented);
        var missing = assembly.GetTypes().Where(type => type.IsVisible && !type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)))
            .SelectMany(Names).Where(name => !documented.Contains(name));
        Assert.True(!missing.Any(), string.Join('\n', missing));
    }

    // The names that documentation files give to a type and to those of its members that need a text of their own; overloads share one.
    private static IEnumerable<string> Names(Type type)
    {
        string name = type.FullName!.Replace('+', '.');
        yield return $"T:{name}";
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            yield break;
        }

        // Where a contract has `in` parameters, a private bridge of the member's name implements it.
        MethodInfo[] inherited = type.IsInterface ? [] : [.. type.GetInterfaces().SelectMany(contract => type.GetInterfaceMap(contract).TargetMethods)];
        var bridged = inherited.Where(method => method.IsPrivate).Select(method => method.Name.Split('.')[^1]).ToHashSet();
        string[] fromConstructor = IsRecord(type) ? [.. type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.Name!)] : [];
        bool IsOwn(MethodInfo method) => IsSeen(method) && method.GetBaseDefinition() == method && !inherited.Contains(method) && !bridged.Contains(method.Name);
        foreach (var method in type.GetMethods(Own).Where(method => IsOwn(method) && !method.IsSpecialName && !IsGenerated(method) && !method.Name.Contains('.')))
        {
            yield return $"M:{name}.{method.Name}{(method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "")}";
        }

        foreach (var property in type.GetProperties(Own).Where(property => property.GetAccessors(nonPublic: true).Any(IsOwn) && !IsGenerated(property.GetAccessors(nonPublic: true)[0])))
        {
            if (!fromConstructor.Contains(property.Name) && property.Name != "EqualityContract")
            {
                yield return $"P:{name}.{property.Name}";
            }
        }

        foreach (var field in type.GetFields(Own).Where(field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName))
        {
            yield return $"F:{name}.{field.Name}";
        }
    }

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null;

    // Accessors of automatic properties are marked as generated too.
    private static bool IsGenerated(MethodInfo method) =>
        !method.IsSpecialName && method.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute));
}
