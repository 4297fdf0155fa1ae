using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>The commands as declared in the assembly: the part of the help that does not have to be written.</summary>
internal sealed class CommandSurface
{
    private readonly Dictionary<string, string> typeNames;

    private CommandSurface(IReadOnlyList<Command> commands, Dictionary<string, string> typeNames) => (Commands, this.typeNames) = (commands, typeNames);

    public IReadOnlyList<Command> Commands { get; }

    /// <summary>Reads the assembly without loading it, because loading would need the assemblies of PowerShell.</summary>
    /// <param name="assembly">The assembly of the commands. The other assemblies of the module are in the same folder.</param>
    public static CommandSurface Read(string assembly)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(assembly))!;
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(folder);
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        using var module = ModuleDefinition.ReadModule(assembly, new ReaderParameters { AssemblyResolver = resolver });
        var types = module.AssemblyReferences.Where(reference => File.Exists(Path.Combine(folder, reference.Name + ".dll")))
            .SelectMany(reference => resolver.Resolve(reference).MainModule.Types).Concat(module.Types).Where(type => type.IsPublic).ToList();
        var commands = module.Types.Where(type => !type.IsAbstract && Attribute(type, "CmdletAttribute") is not null).Select(Read).OrderBy(command => command.Name, StringComparer.Ordinal).ToList();
        return new(commands, types.GroupBy(type => type.Name).Where(named => named.Count() == 1).ToDictionary(named => named.Key, named => named.Single().FullName));
    }

    /// <summary>The full name of a public type of the module, for the short name that pages use.</summary>
    public string? FullNameOf(string typeName) => typeNames.GetValueOrDefault(typeName);

    private static Command Read(TypeDefinition type)
    {
        var cmdlet = Attribute(type, "CmdletAttribute")!;
        var parameters = new List<Parameter>();
        foreach (var level in Bases(type).Reverse())
            parameters.AddRange(level.Properties.Where(property => Attributes(property, "ParameterAttribute").Any()).Select(Read));
        if (Value(cmdlet, "SupportsShouldProcess", false))
        {
            parameters.Add(Common("WhatIf", "wi"));
            parameters.Add(Common("Confirm", "cf"));
        }

        return new Command
        {
            Verb = (string)cmdlet.ConstructorArguments[0].Value,
            Noun = (string)cmdlet.ConstructorArguments[1].Value,
            Parameters = parameters,
            Sets = SetsOf(parameters, Value(cmdlet, "DefaultParameterSetName", ParameterUse.AllSets)),
            Outputs = Attributes(type, "OutputTypeAttribute").SelectMany(output => (CustomAttributeArgument[])output.ConstructorArguments[0].Value)
                .Select(output => ((TypeReference)output.Value).FullName).ToList(),
        };
    }

    private static Parameter Read(PropertyDefinition property)
    {
        var type = property.PropertyType;
        if (type is GenericInstanceType { Name: "Nullable`1" } nullable)
            type = nullable.GenericArguments[0];
        var element = type is ArrayType array ? array.ElementType : type;
        return new Parameter
        {
            Name = property.Name,
            TypeName = NameOf(element) + (type.IsArray ? "[]" : ""),
            Values = ValuesOf(property, element),
            Aliases = Attributes(property, "AliasAttribute").SelectMany(alias => (CustomAttributeArgument[])alias.ConstructorArguments[0].Value).Select(alias => (string)alias.Value).ToList(),
            TakesWildcards = Attributes(property, "SupportsWildcardsAttribute").Any(),
            Uses = Attributes(property, "ParameterAttribute").Select(use => new ParameterUse
            {
                Set = Value(use, "ParameterSetName", ParameterUse.AllSets),
                IsMandatory = Value(use, "Mandatory", false),
                Position = Value(use, "Position", int.MinValue) is >= 0 and var position ? position : null,
                FromPipeline = Value(use, "ValueFromPipeline", false),
                FromPipelineByName = Value(use, "ValueFromPipelineByPropertyName", false),
                IsHidden = Value(use, "DontShow", false),
            }).ToList(),
        };
    }

    // The accepted values of a ValidateSet, or all values of an enumeration of the module. Other enumerations are documented elsewhere.
    private static List<string> ValuesOf(PropertyDefinition property, TypeReference type)
    {
        if (Attribute(property, "ValidateSetAttribute") is { } accepted)
            return ((CustomAttributeArgument[])accepted.ConstructorArguments[0].Value).Select(value => (string)value.Value).ToList();
        var isOurs = type.Scope is AssemblyNameReference { Name: var assembly } && assembly.StartsWith("PasswordBoss.", StringComparison.Ordinal);
        return isOurs && type.Resolve() is { IsEnum: true } enumeration ? enumeration.Fields.Where(field => field.IsStatic).Select(field => field.Name).ToList() : [];
    }

    // A parameter that PowerShell adds to a command that supports confirmation.
    private static Parameter Common(string name, string alias) => new() { Name = name, TypeName = Parameter.Switch, Aliases = [alias], Uses = [new ParameterUse()] };

    private static List<ParameterSet> SetsOf(IReadOnlyList<Parameter> parameters, string defaultSet)
    {
        var names = parameters.SelectMany(parameter => parameter.Uses).Select(use => use.Set).Prepend(defaultSet).Distinct().ToList();
        if (names.Count > 1)
            names.Remove(ParameterUse.AllSets);
        return names.ConvertAll(name => new ParameterSet(name, parameters.Where(parameter => parameter.In(name) is { IsHidden: false })
            .OrderBy(parameter => parameter.In(name)!.Position ?? int.MaxValue).ThenByDescending(parameter => parameter.In(name)!.IsMandatory).ToList()));
    }

    private static IEnumerable<TypeDefinition> Bases(TypeDefinition type)
    {
        for (var level = type; level is not null; level = level.BaseType?.Scope is ModuleDefinition ? level.BaseType.Resolve() : null)
            yield return level;
    }

    // The type names that PowerShell uses.
    private static string NameOf(TypeReference type) => type.FullName switch
    {
        "System.String" => "string",
        "System.Int32" => "int",
        "System.Double" => "double",
        "System.Boolean" => "bool",
        "System.DateTime" => "datetime",
        "System.Uri" => "uri",
        "System.Guid" => "guid",
        "System.Security.SecureString" => "securestring",
        "System.Management.Automation.PSCredential" => "pscredential",
        _ => type.Name,
    };

    private static CustomAttribute? Attribute(ICustomAttributeProvider provider, string name) => Attributes(provider, name).FirstOrDefault();

    private static IEnumerable<CustomAttribute> Attributes(ICustomAttributeProvider provider, string name) =>
        provider.CustomAttributes.Where(attribute => attribute.AttributeType.Namespace == "System.Management.Automation" && attribute.AttributeType.Name == name);

    private static T Value<T>(CustomAttribute attribute, string name, T fallback) =>
        attribute.Properties.FirstOrDefault(property => property.Name == name) is { Name: not null } property ? (T)property.Argument.Value : fallback;
}
