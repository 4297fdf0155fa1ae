using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Tests.Architecture;

/// <summary>
/// A reason inside a text stays a <see cref="MessageArgument"/> until the text is shown: texts are stored, and their readers have several languages. A concatenation or an
/// interpolation would render it in the language of the run.
/// </summary>
public sealed class LateRenderingTests
{
    [Theory]
    [InlineData(typeof(Problem))]
    [InlineData(typeof(ConnectorFactory))]
    public void No_reason_is_rendered_before_the_text_that_contains_it(Type type)
    {
        var found = Rendering(type);

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Fact]
    public void Code_that_renders_a_reason_is_found() =>
        Assert.Equal([nameof(Concatenated), nameof(Interpolated)], Rendering(typeof(LateRenderingTests)).Select(name => name.Split("::")[1].Split('(')[0]).Order(StringComparer.Ordinal));

    private static string Concatenated(MessageArgument reason) => reason + ", once";

    private static string Interpolated(MessageArgument reason) => $"{reason}, twice";

    private static List<string> Rendering(Type type)
    {
        using var module = ModuleDefinition.ReadModule(type.Assembly.Location);
        // The compiler writes PrintMembers for the ToString of a record.
        return module.GetTypes().SelectMany(t => t.Methods).Where(method => method.HasBody && method.Name != "PrintMembers" && method.Body.Instructions.Any(Renders))
            .Select(method => method.FullName).ToList();
    }

    private static bool Renders(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => instruction.OpCode == OpCodes.Constrained && IsReason(type) && instruction.Next.Operand is MethodReference { Name: nameof(ToString) },
        GenericInstanceMethod { Name: "AppendFormatted" } append => append.GenericArguments.Any(IsReason),
        _ => false,
    };

    private static bool IsReason(TypeReference type) => type.FullName == typeof(MessageArgument).FullName;
}
