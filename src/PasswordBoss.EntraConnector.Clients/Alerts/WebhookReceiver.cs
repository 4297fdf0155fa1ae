using System;
using System.Globalization;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Alerts;

/// <summary>
/// A webhook. Each event is one POST, sent once. The bodies of its responses are not read: they may repeat the address, which is a secret, and a receiver could send
/// one byte at a time.
/// </summary>
internal sealed class WebhookReceiver : IAlertReceiver
{
    /// <summary>The times and limits of a webhook.</summary>
    public static readonly HttpTiming Timing = HttpTiming.Default with { MaxTries = 1, TryTimeout = TimeSpan.FromSeconds(10), MaxRetryAfter = TimeSpan.Zero, ReadsBodies = false };

    private readonly HttpEndpoint endpoint;
    private readonly Uri address;
    private readonly AlertFormat format;

    /// <summary>Prepares the client; nothing is sent.</summary>
    /// <param name="address">The https address.</param>
    /// <param name="format">The form of the messages.</param>
    /// <param name="timing">The times and limits; null for <see cref="Timing"/>.</param>
    public WebhookReceiver(Uri address, AlertFormat format, HttpTiming? timing = null)
    {
        this.address = address;
        this.format = format;
        endpoint = HttpEndpoint.Open(EndpointRole.Webhook, address, null, timing ?? Timing);
    }

    /// <inheritdoc/>
    public async Task<AlertResponse> SendAsync(Guid id, AlertNotice notice, CancellationToken cancellationToken)
    {
        using var client = endpoint.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(AlertBody.Write(format, id, notice)) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(AlertBody.TypeOf(format));
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return Of((int)response.StatusCode);
        }
        catch (TransportException exception)
        {
            return new AlertResponse(null, Texts.AlertAnswerNone(ServerText.Sentence(exception.Reason.Text is { } text ? ServerText.Clean(text) : exception.Reason)));
        }
    }

    private static AlertResponse Of(int status)
    {
        var number = status.ToString(CultureInfo.InvariantCulture);
        return new AlertResponse(status, status is >= 200 and < 300 ? null : status is >= 300 and < 400 ? Texts.AlertAnswerRedirect(number) : Texts.AlertAnswerStatus(number));
    }
}
