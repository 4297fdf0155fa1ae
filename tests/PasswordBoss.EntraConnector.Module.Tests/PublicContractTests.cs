using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Text;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The contract with users' scripts: the properties and numbers of emitted objects, and the parameters of the commands.</summary>
public class PublicContractTests
{
    private const string Rule = "Scripts rely on these lines: properties, numbers and parameters are only added, never changed or removed.";

    private static readonly Type[] Results = [.. typeof(PBUser).Assembly.GetExportedTypes().Where(type => type.Namespace == "PasswordBoss.EntraConnector" && type.Name.StartsWith("PB", StringComparison.Ordinal))];

    [Fact]
    public void The_output_types_match_the_committed_contract()
    {
        using var session = new Session();
        var enums = Results.SelectMany(type => type.GetProperties()).Select(property => property.PropertyType)
            .Concat(Commands(session).SelectMany(Own).Select(parameter => parameter.ParameterType))
            .Select(type => type.GetElementType() ?? (type.IsGenericType ? type.GetGenericArguments()[0] : type)).Where(type => type.IsEnum && type.Assembly == typeof(PBUser).Assembly);
        var text = new StringBuilder();
        foreach (var type in Results.Concat(enums).Distinct().OrderBy(type => type.FullName, StringComparer.Ordinal))
            text.Append(type.FullName).Append('\n').AppendJoin("", type.IsEnum ? Numbers(type) : Properties(type)).Append('\n');

        GoldenFile.Check("PasswordBoss.EntraConnector.Module.Tests/Golden/results.txt", text.ToString(), Rule);
    }

    [Fact]
    public void The_parameters_match_the_committed_contract()
    {
        using var session = new Session();
        var text = new StringBuilder();
        foreach (var command in Commands(session))
        {
            var declared = command.ImplementingType.GetCustomAttribute<CmdletAttribute>()!;
            text.Append(command.Name).Append('\n')
                .Append(CultureInfo.InvariantCulture, $"  emits {Emits(command)}\n")
                .Append(CultureInfo.InvariantCulture, $"  parameter sets {string.Join(", ", command.ParameterSets.Select(set => set.IsDefault ? set.Name + " (default)" : set.Name).Order(StringComparer.Ordinal))}\n");
            if (declared.SupportsShouldProcess)
                text.Append(CultureInfo.InvariantCulture, $"  confirms, impact {declared.ConfirmImpact}\n");
            foreach (var parameter in Own(command).OrderBy(parameter => parameter.Name, StringComparer.Ordinal))
                text.AppendJoin("", Parameter(parameter));
            text.Append('\n');
        }

        GoldenFile.Check("PasswordBoss.EntraConnector.Module.Tests/Golden/cmdlets.txt", text.ToString(), Rule);
    }

    private static IEnumerable<CmdletInfo> Commands(Session session) =>
        session.Run("Get-Command -Module PasswordBoss.EntraConnector").Select(command => (CmdletInfo)command.BaseObject).OrderBy(command => command.Name, StringComparer.Ordinal);

    private static string Emits(CmdletInfo command) =>
        command.OutputType.Count == 0 ? "nothing" : string.Join(", ", command.OutputType.Select(output => output.Name).Order(StringComparer.Ordinal));

    private static IEnumerable<ParameterMetadata> Own(CmdletInfo command) =>
        command.Parameters.Values.Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name) && !Cmdlet.OptionalCommonParameters.Contains(parameter.Name));

    private static IEnumerable<string> Numbers(Type type) =>
        Enum.GetNames(type).Select(name => $"  {name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}\n");

    private static IEnumerable<string> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(property => property.MetadataToken)
            .Select(property => $"  {NameOf(property.PropertyType)}{(IsNullableText(property) ? "?" : "")} {property.Name}\n");

    // Whether a text or an address of an emitted object can be null.
    private static bool IsNullableText(PropertyInfo property) => !property.PropertyType.IsValueType && new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;

    private static IEnumerable<string> Parameter(ParameterMetadata parameter)
    {
        yield return $"  -{parameter.Name} {NameOf(parameter.ParameterType)}\n";
        if (parameter.Aliases.Count > 0)
            yield return $"    aliases {string.Join(", ", parameter.Aliases)}\n";
        foreach (var (name, set) in parameter.ParameterSets.OrderBy(set => set.Key, StringComparer.Ordinal))
        {
            string[] traits =
            [
                .. set.IsMandatory ? ["mandatory"] : Array.Empty<string>(),
                .. set.Position >= 0 ? [$"position {set.Position}"] : Array.Empty<string>(),
                .. set.ValueFromPipeline ? ["from the pipeline"] : Array.Empty<string>(),
                .. set.ValueFromPipelineByPropertyName ? ["from the pipeline by property name"] : Array.Empty<string>(),
                .. set.ValueFromRemainingArguments ? ["from the remaining arguments"] : Array.Empty<string>(),
            ];
            yield return $"    in {name}{(traits.Length == 0 ? "" : ": " + string.Join(", ", traits))}\n";
        }

        foreach (var attribute in parameter.Attributes.Where(attribute => IsRule(attribute)).Select(Describe).Order(StringComparer.Ordinal))
            yield return $"    {attribute}\n";
        if (parameter.Attributes.OfType<ParameterAttribute>().Any(attribute => attribute.DontShow))
            yield return "    not shown\n";
    }

    // The compiler adds its own attributes.
    private static bool IsRule(Attribute attribute) =>
        attribute is not (ParameterAttribute or AliasAttribute) && attribute.GetType().Namespace != "System.Runtime.CompilerServices";

    private static string Describe(Attribute attribute)
    {
        var name = attribute.GetType().Name;
        name = name.EndsWith(nameof(Attribute), StringComparison.Ordinal) ? name[..^nameof(Attribute).Length] : name;
        return attribute switch
        {
            ValidateRangeAttribute range => $"{name} {range.MinRange} to {range.MaxRange}",
            ValidateSetAttribute set => $"{name} {string.Join(", ", set.ValidValues)}",
            ValidateLengthAttribute length => $"{name} {length.MinLength} to {length.MaxLength}",
            ValidateCountAttribute count => $"{name} {count.MinLength} to {count.MaxLength}",
            ValidatePatternAttribute pattern => $"{name} {pattern.RegexPattern}",
            ArgumentCompleterAttribute completer => $"{name} {completer.Type?.Name}",
            _ => name,
        };
    }

    private static string NameOf(Type type)
    {
        if (type.IsArray)
            return NameOf(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return NameOf(inner) + "?";
        return type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;
    }
}
