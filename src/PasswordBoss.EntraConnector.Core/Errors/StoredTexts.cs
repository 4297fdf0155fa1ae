using System;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Errors;

/// <summary>
/// Classifies the stored texts of problems. The state stores a text as its id and its arguments, so a later run can only learn from the id whether the text
/// is a problem or a recommended action.
/// </summary>
internal static class StoredTexts
{
    private const string Sentence = "Error_";
    private const string Recommendation = "Fix_";

    /// <summary>Whether a text is the recommended action of a problem.</summary>
    /// <param name="text">The text.</param>
    public static bool IsRecommendation(Message text) => text.Id.StartsWith(Recommendation, StringComparison.Ordinal);

    /// <summary>The recommended action for the sentence of a problem; null if the text is not such a sentence.</summary>
    /// <param name="sentence">The text.</param>
    public static Message? FindRecommendation(Message sentence) =>
        sentence.Id.StartsWith(Sentence, StringComparison.Ordinal) && Enum.TryParse<ErrorId>(sentence.Id.Substring(Sentence.Length), out var id)
            ? new Message(Recommendation + id, sentence.Arguments.ToArray())
            : null;
}
