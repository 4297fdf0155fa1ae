using System;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Documents;

/// <summary>
/// Completes documents of earlier versions, which stored the recommended action among the status messages, and none with a pause. Only the id of a text shows
/// whether it is a problem or a recommended action.
/// </summary>
internal static class EarlierTexts
{
    private const string Sentence = "Error_";
    private const string Advice = "Fix_";

    /// <summary>The health with its recommended action apart from the messages.</summary>
    /// <param name="health">The health as stored.</param>
    public static ConnectionHealth Complete(ConnectionHealth health) =>
        health.Recommendation is null && health.Messages.FirstOrDefault(IsAdvice) is { } advice
            ? health with { Messages = health.Messages.Where(m => !IsAdvice(m)).ToList(), Recommendation = advice }
            : health;

    /// <summary>The pause with its recommended action.</summary>
    /// <param name="pause">The pause as stored; null if nothing is paused.</param>
    public static PauseRecord? Complete(PauseRecord? pause) =>
        pause is { Recommendation: null } && AdviceFor(pause.Reason) is { } advice ? pause with { Recommendation = advice } : pause;

    private static bool IsAdvice(Message text) => text.Id.StartsWith(Advice, StringComparison.Ordinal);

    private static Message? AdviceFor(Message sentence) =>
        sentence.Id.StartsWith(Sentence, StringComparison.Ordinal) && Enum.TryParse<ErrorId>(sentence.Id.Substring(Sentence.Length), out var id)
            ? new Message(Advice + id, sentence.Arguments.ToArray())
            : null;
}
