using Microsoft.CodeAnalysis;

namespace PasswordBoss.EntraConnector.MessageGenerator;

/// <summary>The errors of the generator, so that an incorrect text is a compile error.</summary>
internal static class Faults
{
    /// <summary>An error id without one of its two texts.</summary>
    public static readonly DiagnosticDescriptor TextMissing = Of("TEXT001", "ErrorId.{0} has no text '{1}' in Messages.resx");

    /// <summary>A text of an error that does not exist.</summary>
    public static readonly DiagnosticDescriptor ErrorMissing = Of("TEXT002", "'{0}' belongs to no member of ErrorId");

    /// <summary>The names in the comment do not match the placeholders of the text.</summary>
    public static readonly DiagnosticDescriptor PlaceholdersUnnamed = Of("TEXT003", "The comment of '{0}' must name its placeholders, and nothing else, as in '{{0}} group, {{1}} user': {1}");

    /// <summary>Two texts would generate the same member, or a name is not a valid member name.</summary>
    public static readonly DiagnosticDescriptor NotUnique = Of("TEXT004", "'{0}' occurs twice, or its name cannot be that of a member");

    /// <summary>A text that a language lacks.</summary>
    public static readonly DiagnosticDescriptor Untranslated = Of("TEXT005", "{0} has no text '{1}', which Messages.resx has");

    /// <summary>A text of a language that is not in Messages.resx.</summary>
    public static readonly DiagnosticDescriptor Superfluous = Of("TEXT006", "'{1}' in {0} is not in Messages.resx, or occurs twice");

    /// <summary>A translated text with other placeholders than the original.</summary>
    public static readonly DiagnosticDescriptor OtherPlaceholders = Of("TEXT007", "'{1}' in {0} must have the placeholders of Messages.resx, and no others: {2}");

    private static DiagnosticDescriptor Of(string id, string text) => new(id, text, text, "Texts", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
