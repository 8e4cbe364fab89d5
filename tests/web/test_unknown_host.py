from flask import Flask


def test_unknown_host_is_refused_in_words(app: Flask) -> None:
    response = app.test_client().get("/", base_url="http://elsewhere.example.com")
    assert response.status_code == 400
    assert "not served under that name" in response.get_data(as_text=True)
    assert response.headers["Content-Security-Policy"]
