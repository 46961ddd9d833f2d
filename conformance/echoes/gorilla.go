// Command gorilla echoes with gorilla/websocket at /ws, and checks texts: the library leaves that to
// those who use it. It takes any free port and prints it.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

func main() {
	upgrader := websocket.Upgrader{
		EnableCompression: true,
		CheckOrigin:       func(*http.Request) bool { return true },
	}
	http.HandleFunc("/ws", func(response http.ResponseWriter, request *http.Request) {
		connection, err := upgrader.Upgrade(response, request, nil)
		if err != nil {
			log.Println("no upgrade:", err)
			return
		}
		defer connection.Close()
		echo(connection)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, nil))
}

// echo sends every message back until one is no text though it says so, or reading or writing fails.
func echo(connection *websocket.Conn) {
	for {
		kind, message, err := connection.ReadMessage()
		if err != nil {
			return
		}
		if kind == websocket.TextMessage && !utf8.Valid(message) {
			goodbye := websocket.FormatCloseMessage(websocket.CloseInvalidFramePayloadData, "no UTF-8")
			connection.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(time.Second))
			return
		}
		if err := connection.WriteMessage(kind, message); err != nil {
			return
		}
	}
}
